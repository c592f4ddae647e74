/** Bytes of a digest: 192 bits of SHA-256. */
export const DIGEST_BYTES = 24;

/** Where a piece of the chain lies: in the frames of one of its levels. */
export interface PiecePlace {
  /** Level of the backup whose frame holds it. */
  readonly level: number;
  /** Number of the frame among those of that level. */
  readonly frame: number;
  /** Where in the plaintext of the frame it begins. */
  readonly start: number;
}

/** A piece that is stored in the chain. */
export interface KnownPiece extends PiecePlace {
  readonly length: number;
  /** {@link DIGEST_BYTES} bytes of the SHA-256 of its plain bytes. */
  readonly digest: Buffer;
}
