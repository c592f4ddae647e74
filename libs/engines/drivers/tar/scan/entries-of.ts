import { entryOfLine, type Entry, type EntryLines } from '#domain';

/** The entries again that were made text. */
export function entriesOf({ text }: EntryLines): Entry[] {
  const all = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8');
  return all.split('\n').slice(0, -1).map(entryOfLine);
}
