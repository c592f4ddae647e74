/** A multiple of every block size that a file system asks of direct writes. */
export const ALIGNMENT = 4096;

/**
 * Memory that begins at a page, as direct writes need it; that of a plain `Buffer` begins anywhere. What is given back is
 * used again, since the first touch of new memory costs more than the copy into it. Memory held: `bytes` for each that
 * was lent at the same time.
 */
export class AlignedMemory {
  readonly #spare: Buffer[] = [];

  constructor(private readonly bytes: number) {}

  take(): Buffer {
    return this.#spare.pop() ?? newPages(this.bytes);
  }

  giveBack(memory: Buffer): void {
    this.#spare.push(memory);
  }

  clear(): void {
    this.#spare.length = 0;
  }
}

/** V8 takes whole pages for a buffer that could grow. Should it ever not, direct writes are refused, and no harm is done. */
function newPages(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }));
}
