import type { Transform } from 'node:stream';
import { invariant } from '#kernel';

/** A compressor of node:zlib that ends what it makes with each write, such as one with `flush: ZSTD_e_end`. */
export interface CompressorStream {
  readonly stream: Transform;
  /** Makes it forget the buffer before, where it does not do so by itself. */
  reset?(): void;
}

/** Output is handed out from slabs of this size. Bigger than Node's pool, so that each is memory of its own. */
export const SLAB_BYTES = 1 << 20;

/**
 * One compressor for many buffers, one at a time: it keeps its tables, where a call like `zlib.zstdCompress` makes new
 * ones each time. After a rejection it is of no more use. Memory held: the compressor, and one slab.
 */
export class StandingCompressor {
  readonly #compressor: CompressorStream;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(compressor: CompressorStream) {
    this.#compressor = compressor;
    compressor.stream.on('data', (piece: Buffer) => this.#take(piece));
    // A failed write tells its caller; without a listener the event would end the process.
    compressor.stream.on('error', () => this.#forget());
  }

  /** The compressed bytes, or `undefined` when they are more than `limit`. */
  async compress(plain: Uint8Array, limit: number): Promise<Buffer | undefined> {
    try {
      await this.#write(plain);
      invariant(
        this.#compressor.stream.readableLength === 0,
        'a compressor hands out everything before it says it is done',
      );
      return this.#length > limit ? undefined : this.#joined();
    } finally {
      this.#forget();
    }
  }

  destroy(): void {
    this.#compressor.stream.destroy();
  }

  #write(plain: Uint8Array): Promise<void> {
    const { stream } = this.#compressor;
    return new Promise((resolve, reject) => {
      stream.write(plain, (error) => {
        if (error) return reject(error);
        this.#compressor.reset?.();
        resolve();
      });
    });
  }

  #take(piece: Buffer): void {
    this.#length += piece.length;
    this.#pieces.push(piece);
  }

  #joined(): Buffer {
    // Not from Node's pool: whoever keeps the result keeps no more than the result.
    const joined = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  #forget(): void {
    // Freed here, not by the garbage collector some hundred slabs later.
    for (const piece of this.#pieces) if (endsSlab(piece)) piece.buffer.transfer(0);
    this.#pieces = [];
    this.#length = 0;
  }
}

/**
 * Whether a slab has been handed out to its last byte: then the stream has taken a new one, and all of the old one has
 * been copied, here or for buffers before.
 */
function endsSlab(piece: Buffer): piece is Buffer<ArrayBuffer> {
  const { buffer, byteOffset, length } = piece;
  return buffer.byteLength === SLAB_BYTES && byteOffset + length === SLAB_BYTES;
}
