import { Failure } from '#kernel';
import { DIGEST_BYTES, type KnownPiece } from '#pieces';
import { MAX_PLAIN } from './frame-header.js';

/** The plaintext of a `pieces` document: which pieces lie where in the frames of one backup. */

export const PIECES_MARK = Buffer.from('firn pieces 1\n', 'latin1');
const PLACE_BYTES = 12;
const PIECE_ROW = PLACE_BYTES + DIGEST_BYTES;
/** Pieces handed over together. */
const BATCH = 1024;

export function encodePieces(pieces: readonly KnownPiece[]): Buffer {
  const rows = Buffer.allocUnsafe(pieces.length * PIECE_ROW);
  let at = 0;
  for (const { frame, start, length, digest } of pieces) {
    rows.writeUInt32LE(frame, at);
    rows.writeUInt32LE(start, at + 4);
    rows.writeUInt32LE(length, at + 8);
    digest.copy(rows, at + PLACE_BYTES, 0, DIGEST_BYTES);
    at += PIECE_ROW;
  }
  return rows;
}

/** The pieces of a document of that level; `state.damaged` when the bytes are none. Memory held: a buffer of them. */
export async function* decodePieces(
  bytes: AsyncIterable<Buffer>,
  level: number,
): AsyncGenerator<readonly KnownPiece[]> {
  let rest: Buffer = Buffer.alloc(0);
  let isBegun = false;
  for await (const more of bytes) {
    let held = rest.length === 0 ? more : Buffer.concat([rest, more]);
    if (!isBegun && held.length >= PIECES_MARK.length) {
      if (!held.subarray(0, PIECES_MARK.length).equals(PIECES_MARK)) throw noPieces();
      held = held.subarray(PIECES_MARK.length);
      isBegun = true;
    }
    const whole = isBegun ? held.length - (held.length % PIECE_ROW) : 0;
    rest = held.subarray(whole);
    for (let at = 0; at < whole; at += BATCH * PIECE_ROW)
      yield piecesIn(held.subarray(at, Math.min(whole, at + BATCH * PIECE_ROW)), level);
  }
  if (!isBegun || rest.length > 0) throw noPieces();
}

function piecesIn(rows: Buffer, level: number): KnownPiece[] {
  const pieces: KnownPiece[] = [];
  for (let at = 0; at < rows.length; at += PIECE_ROW) {
    const frame = rows.readUInt32LE(at);
    const start = rows.readUInt32LE(at + 4);
    const length = rows.readUInt32LE(at + 8);
    if (length === 0 || start + length > MAX_PLAIN) throw noPieces();
    pieces.push({ level, frame, start, length, digest: rows.subarray(at + PLACE_BYTES, at + PIECE_ROW) });
  }
  return pieces;
}

function noPieces(): Failure {
  return new Failure('state.damaged', 'the list of pieces is not one of format 1');
}
