import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Logger } from '#kernel';
import { giveToOwner } from './ownership.js';

const MAX_BYTES = 4 << 20;
const OLD_FILES = 3;
const REMEMBERED_BYTES = 8 << 10;

/**
 * What the server says, in `postgresql.log` of a directory: at most 4 MiB, and three older files (`.1` is the newest).
 * A log that cannot be written stops nobody; the last words are remembered in any case.
 */
export class ServerLog {
  readonly #path: string;
  #file: FileHandle | undefined;
  #bytes = 0;
  #remembered = '';
  #complained = false;
  #followed = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly logger: Logger,
  ) {
    this.#path = path.join(directory, 'postgresql.log');
  }

  /** Takes everything down until the end of `output`. */
  follow(output: Readable): Promise<void> {
    return (this.#followed = this.#take(output));
  }

  async #take(output: Readable): Promise<void> {
    for await (const piece of output as AsyncIterable<Buffer>) {
      this.#remembered = (this.#remembered + piece.toString()).slice(-REMEMBERED_BYTES);
      await this.#write(piece);
    }
  }

  lastLines(count: number): readonly string[] {
    return this.#remembered.split('\n').filter(Boolean).slice(-count);
  }

  /** Waits for the end of what is followed. */
  async close(): Promise<void> {
    await this.#followed.catch(() => undefined);
    await this.#shut();
  }

  async #shut(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #write(piece: Buffer): Promise<void> {
    try {
      if (this.#file && this.#bytes + piece.length > MAX_BYTES) await this.#turn();
      this.#file ??= await this.#opened();
      await this.#file.appendFile(piece);
      this.#bytes += piece.length;
      this.#complained = false;
    } catch (error) {
      if (!this.#complained)
        this.logger.warn('cannot write the log of the database', { error: String(error) });
      this.#complained = true;
    }
  }

  async #opened(): Promise<FileHandle> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = await open(this.#path, 'a', 0o600);
    this.#bytes = (await file.stat()).size;
    await giveToOwner(this.directory);
    await giveToOwner(this.#path);
    return file;
  }

  async #turn(): Promise<void> {
    await this.#shut();
    await rm(`${this.#path}.${OLD_FILES}`, { force: true });
    for (let age = OLD_FILES - 1; age >= 0; age -= 1) {
      const older = age === 0 ? this.#path : `${this.#path}.${age}`;
      await rename(older, `${this.#path}.${age + 1}`).catch(unlessMissing);
    }
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
