/**
 * Buffers of one size that are used again. What is allocated and freed by the gigabyte costs page faults, and V8 begins
 * to collect garbage whenever another 64 MiB outside of its heap have come: both were a tenth of a backup's processor
 * time. Memory held: `most` buffers that nobody uses.
 */
export class Slabs {
  readonly #free: ArrayBufferLike[] = [];

  constructor(
    /** Of each buffer. */
    readonly bytes: number,
    private readonly most: number,
    /** Of memory that threads share: V8 does not count it, and it is freed only when it is collected. */
    private readonly isShared = false,
  ) {}

  /** A whole one, with anything in it. */
  take(): Buffer {
    const memory = this.#free.pop();
    if (memory) return Buffer.from(memory);
    return this.isShared
      ? Buffer.from(new SharedArrayBuffer(this.bytes))
      : Buffer.allocUnsafeSlow(this.bytes);
  }

  /** Frees those that nobody uses. */
  clear(): void {
    for (const memory of this.#free.splice(0)) free(memory);
  }

  /** For whoever owns a buffer, or a part of one, and is done with it. What is not of this size is left to the collector. */
  give(buffer: Uint8Array): void {
    const memory = buffer.buffer;
    if (memory.byteLength !== this.bytes || memory instanceof ArrayBuffer === this.isShared) return;
    if (this.#free.length < this.most) this.#free.push(memory);
    else free(memory);
  }
}

function free(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer) memory.transfer(0);
}
