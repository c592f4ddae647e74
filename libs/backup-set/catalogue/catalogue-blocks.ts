import { discard } from '#codecs';
import { Failure } from '#kernel';

export const NEWLINE = 0x0a;

/**
 * The same bytes in blocks of whole lines; a line is copied only when it lies in several pieces. Every block ends with
 * a line feed, and is gone when the next one is asked for. `catalogue.damaged` when the last line has none. Memory held:
 * one piece, or the longest line.
 */
export async function* blocksOfLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const begun: Buffer[] = [];
  for await (const piece of bytes) {
    const first = piece.indexOf(NEWLINE) + 1;
    const last = piece.lastIndexOf(NEWLINE) + 1;
    const from = begun.length > 0 ? first : 0;
    if (from > 0) yield Buffer.concat([...begun.splice(0), piece.subarray(0, from)]);
    if (last > from) yield piece.subarray(from, last);
    if (last < piece.length) begun.push(Buffer.from(piece.subarray(last)));
    discard(piece);
  }
  if (begun.length > 0) {
    throw new Failure('catalogue.damaged', 'the catalogue is cut in the middle of a line');
  }
}
