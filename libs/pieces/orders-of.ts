import { invariant } from '#kernel';
import type { FramerOptions, FramerPart } from './framer.js';
import { DIGEST_BYTES, type KnownPiece } from './known-piece.js';
import type { Order } from './orders.js';
import { MOST_LEVELS } from './piece-table.js';
import { digestAt, PIECE_WORDS, type Rows } from './rows.js';

/** All that is asked of the thread for a stream: the known pieces first. Checks what the thread takes on trust. */
export async function* ordersOf(
  known: FramerOptions['known'],
  parts: AsyncIterable<FramerPart>,
): AsyncGenerator<Order, void, undefined> {
  for await (const pieces of known) yield { order: 'know', pieces: rowsOf(pieces) };
  let position = 0;
  let free = 0;
  for await (const { bytes, contents } of parts) {
    const end = position + bytes.length;
    for (const { at, length } of contents) {
      const fits = at >= Math.max(position, free) && at < end && length >= 0;
      invariant(fits, 'contents begin in their part, and after the one before');
      free = at + length;
    }
    position = end;
    yield { order: 'frame', bytes, contents };
  }
  yield { order: 'end' };
}

export function rowsOf(pieces: readonly KnownPiece[]): Rows {
  const rows: Rows = new Uint32Array(pieces.length * PIECE_WORDS);
  const bytes = Buffer.from(rows.buffer);
  pieces.forEach(({ level, frame, start, length, digest }, i) => {
    invariant(digest.length === DIGEST_BYTES, `the digest of a piece has ${DIGEST_BYTES} bytes`);
    invariant(level < MOST_LEVELS, `a chain has fewer than ${MOST_LEVELS} levels`);
    const at = i * PIECE_WORDS;
    rows[at] = level;
    rows[at + 1] = frame;
    rows[at + 2] = start;
    rows[at + 3] = length;
    bytes.set(digest, digestAt(i));
  });
  return rows;
}
