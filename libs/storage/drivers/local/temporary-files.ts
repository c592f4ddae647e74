import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { processIdentitySchema, type ProcessIdentity } from '#host';
import { RESERVED_FOLDER } from '../../object-key.js';
import { unless } from './local-failure.js';
import type { LocalFolders } from './local-folders.js';
import type { LocalSystem } from './local-system.js';

const DAY_MS = 24 * 3600 * 1000;

/**
 * The hidden folder of a container in which objects grow before they get their names. Each file bears the identity of
 * the process that writes it, so that what a killed process left behind is known from what a living one still writes.
 */
export class TemporaryFiles {
  readonly #folder: string;
  readonly #own: string;

  constructor(
    private readonly folders: LocalFolders,
    private readonly system: LocalSystem,
  ) {
    this.#folder = folders.path(RESERVED_FOLDER);
    this.#own = Buffer.from(JSON.stringify(system.self)).toString('base64url');
  }

  async create(): Promise<TemporaryFile> {
    const path = join(this.#folder, `${this.#own}.${randomBytes(6).toString('hex')}`);
    for (;;) {
      await this.folders.make(RESERVED_FOLDER);
      // Another storage that is closed may have removed the empty folder again.
      const handle = await unless(open(path, 'wx', 0o600), 'ENOENT');
      if (handle) return new TemporaryFile(path, handle);
    }
  }

  /**
   * Removes what dead processes left, and what is older than a day and written by somebody of whom nothing is known here,
   * such as another machine. What bears no identity is not ours and stays.
   */
  async sweep(): Promise<void> {
    const doubtful: string[] = [];
    for (const name of await this.names()) {
      const writer = writerOf(name);
      const state = writer && this.system.stateOf(writer);
      if (state === 'gone') await this.#remove(name);
      if (state === 'unknown') doubtful.push(name);
    }
    if (doubtful.length > 0) await this.#removeOld(doubtful);
  }

  /** Of all files that are there; none when the folder is a symlink, since what it leads to is not ours. */
  async names(): Promise<string[]> {
    const path = await this.folders.find(RESERVED_FOLDER);
    return path === undefined ? [] : ((await unless(readdir(path), 'ENOENT')) ?? []);
  }

  /** Whether the process that writes the file of this name has certainly ended. */
  isAbandoned(name: string): boolean {
    const writer = writerOf(name);
    return writer !== undefined && this.system.stateOf(writer) === 'gone';
  }

  /** Removes the folder when it is empty. */
  async close(): Promise<void> {
    await unless(rmdir(this.#folder), 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR');
  }

  async #removeOld(names: readonly string[]): Promise<void> {
    const nowMs = await this.#nowMs();
    for (const name of names) {
      const stat = await unless(lstat(join(this.#folder, name)), 'ENOENT');
      if (stat && nowMs - stat.mtimeMs > DAY_MS) await this.#remove(name);
    }
  }

  /** By the clock that also stamped the files in question, which may be the one of a file server. */
  async #nowMs(): Promise<number> {
    const probe = await this.create();
    try {
      return (await probe.handle.stat()).mtimeMs;
    } finally {
      await probe.discard();
    }
  }

  /** What belongs to another user is swept by that user's next writer, and folders are nobody's temporary files. */
  async #remove(name: string): Promise<void> {
    await unless(unlink(join(this.#folder, name)), 'ENOENT', 'EACCES', 'EPERM', 'EISDIR');
  }
}

/** A file of which nobody knows yet. */
export class TemporaryFile {
  #hasBecome = false;

  constructor(
    private currentPath: string,
    readonly handle: FileHandle,
  ) {}

  get path(): string {
    return this.currentPath;
  }

  async rename(path: string): Promise<void> {
    await rename(this.currentPath, path);
    this.currentPath = path;
  }

  /** Whether it has become an object. */
  get isObject(): boolean {
    return this.#hasBecome;
  }

  /** Turns it into an object, by its only name: it is then no longer to be discarded. */
  async become(path: string): Promise<void> {
    await this.rename(path);
    this.#hasBecome = true;
  }

  /** How many names the file has; 0 when somebody removed it. */
  async names(): Promise<number> {
    return (await this.handle.stat()).nlink;
  }

  /** Closes it and removes its name. Never rejects: what cannot be removed now is swept by a later writer. */
  async discard(): Promise<void> {
    await Promise.allSettled([this.handle.close()]);
    if (!this.#hasBecome) await Promise.allSettled([unlink(this.currentPath)]);
  }
}

function writerOf(name: string): ProcessIdentity | undefined {
  try {
    const [identity = ''] = name.split('.');
    return processIdentitySchema.parse(JSON.parse(Buffer.from(identity, 'base64url').toString()));
  } catch {
    // No name of ours, or one of another version: nobody can be asked about it.
    return undefined;
  }
}
