import type { Entry, Notice } from '#domain';
import type { DocumentWriter } from '../frames/document-writer.js';
import { encodeEnd, encodeEntry, encodeNotice } from './catalogue-line.js';

/** What the entries of a backup add up to. */
export interface EntryTotals {
  readonly entries: number;
  readonly files: number;
  readonly directories: number;
  readonly contentBytes: number;
}

const BATCH = 64 * 1024;

/** Writes the catalogue while the stream passes. Memory held: some kilobytes. */
export class CatalogueWriter {
  readonly #document: Pick<DocumentWriter, 'append'>;
  #batch: string[] = [];
  #batchLength = 0;
  #notices = 0;
  #totals = { entries: 0, files: 0, directories: 0, contentBytes: 0 };

  constructor(document: Pick<DocumentWriter, 'append'>) {
    this.#document = document;
  }

  get totals(): EntryTotals {
    return this.#totals;
  }

  async addEntries(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      this.#totals.entries += 1;
      if (entry.type === 'file') this.#totals.files += 1;
      if (entry.type === 'directory') this.#totals.directories += 1;
      this.#totals.contentBytes += entry.size;
      await this.#add(encodeEntry(entry));
    }
  }

  /** Notices and the end mark; after this the document can be finished. */
  async close(notices: readonly Notice[]): Promise<void> {
    for (const notice of notices) await this.#add(encodeNotice(notice));
    this.#notices += notices.length;
    await this.#add(encodeEnd(this.#totals.entries, this.#notices));
    await this.#flush();
  }

  #add(line: string): Promise<void> | undefined {
    this.#batch.push(line);
    this.#batchLength += line.length;
    return this.#batchLength >= BATCH ? this.#flush() : undefined;
  }

  async #flush(): Promise<void> {
    const text = this.#batch.join('');
    this.#batch = [];
    this.#batchLength = 0;
    await this.#document.append(Buffer.from(text, 'utf8'));
  }
}
