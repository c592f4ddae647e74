/** Content-defined pieces: where file contents are cut, and which of the pieces the chain holds already. */
export type { Extent, Framed, Framer, FramerOptions, FramerPart } from './framer.js';
export { DIGEST_BYTES, type KnownPiece, type PiecePlace } from './known-piece.js';
export { openFramer } from './open-framer.js';
