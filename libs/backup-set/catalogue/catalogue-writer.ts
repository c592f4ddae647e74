import { EntryTally, entryLine, type Entry, type EntryLines, type EntryTotals, type Notice } from '#domain';
import type { DocumentWriter } from '../frames/document-writer.js';
import { encodeEnd, encodeNotice } from './catalogue-line.js';

export type { EntryTotals } from '#domain';

const BATCH = 64 * 1024;

/** Writes the catalogue while the stream passes. Memory held: some kilobytes. */
export class CatalogueWriter {
  readonly #document: Pick<DocumentWriter, 'append'>;
  #batch: string[] = [];
  #batchLength = 0;
  #notices = 0;
  readonly #tally = new EntryTally();

  constructor(document: Pick<DocumentWriter, 'append'>) {
    this.#document = document;
  }

  get totals(): EntryTotals {
    return this.#tally.totals;
  }

  async addEntries(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      this.#tally.add(entry);
      await this.#add(entryLine(entry));
    }
  }

  /** Entries that are text already. */
  async addLines({ text, totals }: EntryLines): Promise<void> {
    this.#tally.addAll(totals);
    await this.#flush();
    await this.#document.append(Buffer.from(text.buffer, text.byteOffset, text.byteLength));
  }

  /** Notices and the end mark; after this the document can be finished. */
  async close(notices: readonly Notice[]): Promise<void> {
    for (const notice of notices) await this.#add(encodeNotice(notice));
    this.#notices += notices.length;
    await this.#add(encodeEnd(this.#tally.entries, this.#notices));
    await this.#flush();
  }

  #add(line: string): Promise<void> | undefined {
    this.#batch.push(line);
    this.#batchLength += line.length;
    return this.#batchLength >= BATCH ? this.#flush() : undefined;
  }

  async #flush(): Promise<void> {
    if (this.#batchLength === 0) return;
    const text = this.#batch.join('');
    this.#batch = [];
    this.#batchLength = 0;
    await this.#document.append(Buffer.from(text, 'utf8'));
  }
}
