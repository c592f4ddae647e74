import type { FileHandle } from 'node:fs/promises';
import { ALIGNMENT, AlignedMemory } from './aligned-memory.js';
import { isErrno, unless } from './local-failure.js';
import type { LocalSystem } from './local-system.js';
import type { TemporaryFile } from './temporary-files.js';

/** What is smaller goes through the page cache: it is likely to be read again, and not worth a second opening. */
const LEAST_DIRECT_BYTES = 1 << 20;
/** What one direct write takes at a time: each waits for the disk. */
const UNIT_BYTES = 1 << 20;
/** What a file system says that knows no direct writes: at the opening or at the first write. */
const NO_DIRECT = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Takes a body from its first byte to its last. */
export interface BodyFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Writes what is left of it, and makes all of it durable. */
  sync(): Promise<void>;
  /** Gives back what it held; to be called in any case. Never rejects. */
  release(): Promise<void>;
}

/**
 * Chooses how bodies are written. Large ones go past the page cache where the file system allows it: copying into fresh
 * pages costs as much as sealing, nobody reads them soon, and the applications of the host keep their cache.
 * Memory held: 1 MiB for each large body written at the same time.
 */
export class BodyFiles {
  readonly #memory = new AlignedMemory(UNIT_BYTES);
  #knowsDirect = true;

  constructor(private readonly system: LocalSystem) {}

  async begin(file: TemporaryFile, bytes: number): Promise<BodyFile> {
    if (bytes < LEAST_DIRECT_BYTES || !this.#knowsDirect) return new PlainBody(file.handle);
    const direct = await unless(this.system.openDirect(file.path), ...NO_DIRECT);
    if (direct) return new DirectBody(file.handle, direct, this.#memory, () => (this.#knowsDirect = false));
    this.#knowsDirect = false;
    return new PlainBody(file.handle);
  }

  close(): void {
    this.#memory.clear();
  }
}

class PlainBody implements BodyFile {
  #at = 0;

  constructor(private readonly handle: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.handle, bytes, this.#at);
    this.#at += bytes.length;
  }

  sync(): Promise<void> {
    return this.handle.sync();
  }

  async release(): Promise<void> {
    // The file is closed by whoever made it.
  }
}

class DirectBody implements BodyFile {
  readonly #unit: Buffer;
  #filled = 0;
  #at = 0;
  #isRefused = false;

  constructor(
    private readonly plain: FileHandle,
    private readonly direct: FileHandle,
    private readonly memory: AlignedMemory,
    private readonly onRefused: () => void,
  ) {
    this.#unit = memory.take();
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const taken = Math.min(bytes.length - from, this.#unit.length - this.#filled);
      this.#unit.set(bytes.subarray(from, from + taken), this.#filled);
      from += taken;
      this.#filled += taken;
      if (this.#filled === this.#unit.length) await this.#flush();
    }
  }

  async sync(): Promise<void> {
    await this.#flush();
    // Direct writes are in no cache of this machine, but sizes and places of blocks are, and caches of the disk.
    await this.plain.sync();
  }

  async release(): Promise<void> {
    // Never awaits a write: each is awaited where it is made, so that nobody writes from memory that is given back.
    this.memory.giveBack(this.#unit);
    await Promise.allSettled([this.direct.close()]);
  }

  async #flush(): Promise<void> {
    const bytes = this.#unit.subarray(0, this.#filled);
    const written = await this.#writeDirect(bytes.subarray(0, bytes.length - (bytes.length % ALIGNMENT)));
    await writeAll(this.plain, bytes.subarray(written), this.#at + written);
    this.#at += bytes.length;
    this.#filled = 0;
  }

  /** How much of it could be written; whatever is left goes the other way. */
  async #writeDirect(bytes: Buffer): Promise<number> {
    if (this.#isRefused || bytes.length === 0) return 0;
    try {
      return (await this.direct.write(bytes, 0, bytes.length, this.#at)).bytesWritten;
    } catch (error) {
      if (!isErrno(error, ...NO_DIRECT)) throw error;
      this.#isRefused = true;
      this.onRefused();
      return 0;
    }
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    from += (await handle.write(bytes, from, bytes.length - from, at + from)).bytesWritten;
  }
}
