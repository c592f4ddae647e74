import { Failure } from '#kernel';
import type { Codec, CodecName } from './codec.js';
import { Lanes } from './lanes.js';
import { StandingCompressor, type CompressorStream } from './standing-compressor.js';

/** A compression that node:zlib has: how its streams are made, and how a buffer is unpacked. */
export interface ZlibMethod {
  readonly name: CodecName;
  compressor(): CompressorStream;
  /** What the compressor made, without what it may have added. */
  trimmed?(packed: Buffer): Buffer;
  /** As {@link Codec.decompress}; any rejection means that `packed` is not what it should be. */
  decompress(packed: Uint8Array, plainLength: number): Promise<Buffer>;
}

/**
 * A codec on the thread pool of libuv, which the whole process shares: `UV_THREADPOOL_SIZE` bounds what runs at once.
 * Memory held: a compressor for each lane that was ever in use, and the results.
 */
export class PooledCodec implements Codec {
  readonly name: CodecName;
  readonly #method: ZlibMethod;
  readonly #packing: Lanes;
  readonly #unpacking: Lanes;
  readonly #idle: StandingCompressor[] = [];

  constructor(method: ZlibMethod, lanes: number) {
    this.name = method.name;
    this.#method = method;
    this.#packing = new Lanes(lanes);
    this.#unpacking = new Lanes(lanes);
  }

  async compress(plain: Uint8Array, signal?: AbortSignal): Promise<Buffer | undefined> {
    return this.#packing.run(() => this.#pack(plain), signal);
  }

  async decompress(packed: Uint8Array, plainLength: number, signal?: AbortSignal): Promise<Buffer> {
    return this.#unpacking.run(() => this.#unpack(packed, plainLength), signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#packing.close(), this.#unpacking.close()]);
    for (const compressor of this.#idle.splice(0)) compressor.destroy();
  }

  async #pack(plain: Uint8Array): Promise<Buffer | undefined> {
    if (plain.length === 0) return undefined;
    const compressor = this.#idle.pop() ?? new StandingCompressor(this.#method.compressor());
    try {
      const packed = await compressor.compress(plain, plain.length - 1);
      this.#idle.push(compressor);
      return packed && (this.#method.trimmed?.(packed) ?? packed);
    } catch (error) {
      // What state it is in nobody knows; the next call gets a new one.
      compressor.destroy();
      throw new Failure(
        'internal.unexpected',
        `cannot compress ${plain.length} bytes with ${this.name}`,
        {},
        error,
      );
    }
  }

  async #unpack(packed: Uint8Array, plainLength: number): Promise<Buffer> {
    try {
      const plain = await this.#method.decompress(packed, plainLength);
      if (plain.length === plainLength) return plain;
      throw new Error(`it holds ${plain.length} bytes`);
    } catch (error) {
      const message = `${packed.length} bytes are not ${plainLength} bytes packed with ${this.name}: ${(error as Error).message}`;
      throw new Failure('codec.failed', message, { codec: this.name, plainLength }, error);
    }
  }
}
