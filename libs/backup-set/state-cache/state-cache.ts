import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFailure, type Logger } from '#kernel';
import { meter } from '#codecs';
import type { CachedDocument } from './cached-document.js';
import { keptBytes } from './kept-bytes.js';

type Owner = CachedDocument['owner'];

/**
 * Copies of documents that the next backup needs, on the machine that makes it, as they lie in the storage (sealed, that
 * is). A copy counts only when it has the size and the digest that the manifest names, so one that is stale, damaged or
 * from elsewhere is nothing worse than none. No method rejects: a cache that fails is a cache that is empty.
 */
export class StateCache {
  constructor(
    private readonly directory: string,
    private readonly log: Logger,
  ) {}

  /** Path of the copy; `undefined` when there is none. One that is not what it should be is removed. */
  async find(document: CachedDocument): Promise<string | undefined> {
    const path = this.#path(document);
    try {
      if (await isThere(path, document)) return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      this.#tell('a copy in the state cache cannot be read', error);
    }
    await this.#remove(path);
    return undefined;
  }

  /** What is read from the storage, unchanged; once it is read to its end there is a copy. */
  async *keeping(document: CachedDocument, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const path = this.#path(document);
    const part = `${path}.part`;
    await this.#try(() => makeFolder(this.#folder(document.owner)));
    const isKept = yield* keptBytes(part, bytes, (error) =>
      this.#tell('cannot write to the state cache', error),
    );
    if (isKept) await this.#try(() => rename(part, path));
  }

  /** Takes over a file with the bytes of a document. */
  async adopt(document: CachedDocument, file: string): Promise<void> {
    const path = this.#path(document);
    await this.#try(async () => {
      await makeFolder(this.#folder(document.owner));
      await moved(file, path);
    });
  }

  /** Removes all copies of the owner's series but these. */
  async retain(owner: Owner, documents: readonly CachedDocument[]): Promise<void> {
    const folder = this.#folder(owner);
    const kept = new Set(documents.map(fileName));
    await this.#try(async () => {
      for (const name of await readdir(folder)) if (!kept.has(name)) await this.#remove(join(folder, name));
    });
  }

  #path(document: CachedDocument): string {
    return join(this.#folder(document.owner), fileName(document));
  }

  /** Of one series in one container: what is no longer needed is found there, and nothing else. */
  #folder({ container, hostname, name }: Owner): string {
    const series = createHash('sha256').update(JSON.stringify([container, hostname, name]));
    return join(this.directory, series.digest('hex').slice(0, 32));
  }

  async #remove(path: string): Promise<void> {
    await this.#try(() => rm(path, { force: true, recursive: true }));
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#tell('the state cache cannot be used', error);
    }
  }

  #tell(words: string, error: unknown): void {
    this.log.warn(words, { directory: this.directory, reason: asFailure(error).message });
  }
}

function fileName({ owner, name }: CachedDocument): string {
  return `${owner.container}-${owner.backup}-${name}`;
}

async function isThere(path: string, { stored }: CachedDocument): Promise<boolean> {
  const found = await lstat(path);
  if (!found.isFile() || found.size !== stored.size) return false;
  const seen = meter();
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) seen.add(bytes);
  return seen.result().sha256 === stored.sha256;
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Also from another file system. */
async function moved(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const part = `${to}.part`;
    await copyFile(from, part);
    await rename(part, to);
  }
}
