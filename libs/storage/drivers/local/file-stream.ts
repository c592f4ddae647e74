import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Failure } from '#kernel';
import type { ByteRange } from '../../storage-backend.js';

const PIECE_BYTES = 256 << 10;

/**
 * The bytes of a range of an open file, which it closes in the end. Node's own file streams end early and in silence
 * when the file does; this one fails. Memory held: two pieces of 256 KiB.
 */
export class FileStream extends Readable {
  #at: number;
  #reading: Promise<void> | undefined;

  /** `border` turns an error of the file system into what the reader is to see. */
  constructor(
    private readonly handle: FileHandle,
    private readonly range: ByteRange,
    private readonly border: (error: unknown) => Error,
  ) {
    super({ highWaterMark: PIECE_BYTES });
    this.#at = range.start;
  }

  override _read(): void {
    this.#reading = this.#next().then(
      (piece) => void this.push(piece),
      (error: unknown) => void this.destroy(this.border(error)),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // A handle that is closed while it is read could by then belong to another file.
    void Promise.allSettled([this.#reading])
      .then(() => Promise.allSettled([this.handle.close()]))
      .then(() => callback(error));
  }

  async #next(): Promise<Buffer | null> {
    const { end } = this.range;
    if (this.#at >= end) return null;
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - this.#at));
    const { bytesRead } = await this.handle.read(piece, 0, piece.length, this.#at);
    if (bytesRead === 0)
      throw new Failure('storage.unavailable', `the file ended at byte ${this.#at} of ${end}`);
    this.#at += bytesRead;
    return piece.subarray(0, bytesRead);
  }
}
