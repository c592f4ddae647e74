/**
 * Bytes to bytes. A codec turns one buffer into one buffer, and back; it keeps nothing between calls that matters, so
 * frames are independent of each other. Calls run at the same time on as many lanes as the codec was opened with, and
 * beyond those wait in the order in which they came. A buffer that is given must not change before the call ends.
 */
export interface Codec {
  readonly name: CodecName;
  /**
   * The packed bytes, or `undefined` when they would not be fewer than the plain ones: then the plain ones are stored.
   * Rejects with `command.failed` or `internal.unexpected` when the compressor gives up.
   */
  compress(plain: Uint8Array, signal?: AbortSignal): Promise<Buffer | undefined>;
  /**
   * Gives back exactly `plainLength` bytes, never more: a bomb is refused after at most that many. What is too short,
   * cut off, or followed by anything else is refused too. Rejects with `codec.failed`.
   */
  decompress(packed: Uint8Array, plainLength: number, signal?: AbortSignal): Promise<Buffer>;
  /** Waits for what is in work and gives back compressors; calls that still wait, and later ones, reject. */
  close(): Promise<void>;
}

export const CODEC_NAMES = ['none', 'zstd', 'gzip', 'bzip2', 'xz'] as const;
export type CodecName = (typeof CODEC_NAMES)[number];
