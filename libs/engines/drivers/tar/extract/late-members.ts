import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '#host';

const CHUNK = 1 << 20;

/** Members that are kept until all others are done. Memory held: 1 MiB, what is more lies in a temporary file. */
export class LateMembers implements AsyncDisposable {
  #chunk: Buffer | undefined;
  #filled = 0;
  #written = 0;
  #directory: TemporaryDirectory | undefined;
  #file: FileHandle | undefined;

  constructor(private readonly parent: string) {}

  get isEmpty(): boolean {
    return this.#chunk === undefined;
  }

  async add(bytes: Buffer): Promise<void> {
    this.#chunk ??= Buffer.allocUnsafeSlow(CHUNK);
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.copy(this.#chunk, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled === CHUNK) await this.#spill(this.#chunk);
    }
  }

  /** All of them, in the order in which they came. */
  async *all(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#written; at += CHUNK) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK);
      await this.#file?.read(chunk, 0, CHUNK, at);
      yield chunk;
    }
    if (this.#chunk && this.#filled > 0) yield this.#chunk.subarray(0, this.#filled);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    await this.#directory?.remove();
  }

  async #spill(chunk: Buffer): Promise<void> {
    this.#directory ??= await temporaryDirectory('firn-late-', this.parent);
    this.#file ??= await open(join(this.#directory.path, 'members'), 'w+');
    await this.#file.write(chunk, 0, CHUNK, this.#written);
    this.#written += CHUNK;
    this.#filled = 0;
  }
}
