import type { Entry } from './entry.js';

/** What entries add up to. */
export interface EntryTotals {
  readonly entries: number;
  readonly files: number;
  readonly directories: number;
  readonly contentBytes: number;
}

export class EntryTally implements EntryTotals {
  entries = 0;
  files = 0;
  directories = 0;
  contentBytes = 0;

  add({ type, size }: Entry): void {
    this.entries += 1;
    if (type === 'file') this.files += 1;
    if (type === 'directory') this.directories += 1;
    this.contentBytes += size;
  }

  addAll(totals: EntryTotals): void {
    this.entries += totals.entries;
    this.files += totals.files;
    this.directories += totals.directories;
    this.contentBytes += totals.contentBytes;
  }

  /** As a plain object. */
  get totals(): EntryTotals {
    const { entries, files, directories, contentBytes } = this;
    return { entries, files, directories, contentBytes };
  }
}
