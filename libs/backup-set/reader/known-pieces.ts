import type { KnownPiece } from '#pieces';
import type { BackupReader } from './backup-reader.js';

/** The pieces that levels hold, the lowest level first. Rejects with `state.damaged` when one cannot tell. */
export async function* knownPieces(
  levels: readonly BackupReader[],
  signal?: AbortSignal,
): AsyncGenerator<readonly KnownPiece[]> {
  for (const level of levels) yield* level.pieces(signal);
}
