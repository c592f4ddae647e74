import { createHash, randomBytes } from 'node:crypto';
import { appendFile, lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf } from '../object-key.js';
import type { ObjectKey } from '../storage-backend.js';
import { decodeLines, encodeLine, type JournalLine } from './remembered-object.js';

/** Two folders for each backup; what was not used for longest is forgotten first. */
const MOST_FOLDERS = 4096;
const MOST_BYTES = 256 << 20;

const AT_A_TIME = 64;

const JOURNAL = /^([0-9a-f]{32})\.journal$/;
const OURS = /^([0-9a-f]{32})(?:\.journal|-[0-9a-f]{32}(?:\.[0-9a-f]{8}\.part)?)$/;

export interface FileBounds {
  readonly folders: number;
  readonly bytes: number;
}

/**
 * What is remembered of one place, in a private directory of this machine: a journal for each folder of keys, to which
 * lines are only added, and a file for each object whose bytes are kept.
 */
export class MemoryFiles {
  readonly #directory: string;

  constructor(
    directory: string,
    place: string,
    private readonly bounds: FileBounds = { folders: MOST_FOLDERS, bytes: MOST_BYTES },
  ) {
    this.#directory = join(directory, hashOf(place));
  }

  /** All lines, those of one key in the order in which they were written. */
  async read(): Promise<{ readonly lines: readonly JournalLine[]; readonly damaged: number }> {
    const names = (await this.#names()).filter((name) => JOURNAL.test(name));
    const journals = await severalAtATime(names, async (name) =>
      decodeLines(await readFile(join(this.#directory, name), 'utf8')),
    );
    return {
      lines: journals.flatMap(({ lines }) => lines),
      damaged: journals.reduce((sum, { damaged }) => sum + damaged, 0),
    };
  }

  async append(line: JournalLine, now: Date): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const journal = this.#journal(folderOf('gone' in line ? line.gone : line.key));
    await appendFile(journal, encodeLine(line), { mode: 0o600 });
    await utimes(journal, now, now);
  }

  /** The file is there whole or not at all. */
  async keepBytes(key: ObjectKey, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const path = this.#bytesOf(key);
    const part = `${path}.${randomBytes(4).toString('hex')}.part`;
    try {
      await writeFile(part, bytes, { mode: 0o600, flag: 'wx' });
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /** What was kept, as it is now; marks the folder as used. */
  async bytes(key: ObjectKey, now: Date): Promise<Buffer> {
    const bytes = await readFile(this.#bytesOf(key));
    await utimes(this.#journal(folderOf(key)), now, now);
    return bytes;
  }

  async removeBytes(key: ObjectKey): Promise<void> {
    await rm(this.#bytesOf(key), { force: true });
  }

  /** Only of a folder of which nothing is remembered any more. */
  async removeJournal(folder: ObjectKey): Promise<void> {
    await rm(this.#journal(folder), { force: true });
  }

  /** Forgets the folders that were not used for longest, until the rest is within bounds. */
  async tidy(): Promise<void> {
    const groups = new Map<string, { usedMs: number; bytes: number; names: string[] }>();
    const names = (await this.#names()).filter((name) => OURS.test(name));
    const stats = await severalAtATime(names, (name) => lstat(join(this.#directory, name)));
    for (const [i, name] of names.entries()) {
      const [, group = ''] = OURS.exec(name) ?? [];
      const { mtimeMs = 0, size = 0 } = stats[i] ?? {};
      const { usedMs, ...files } = groups.get(group) ?? { usedMs: 0, bytes: 0, names: [] };
      const lastMs = JOURNAL.test(name) ? mtimeMs : usedMs;
      groups.set(group, { usedMs: lastMs, bytes: files.bytes + size, names: [...files.names, name] });
    }
    const oldestFirst = [...groups.values()].sort((a, b) => a.usedMs - b.usedMs);
    let { length: folders } = oldestFirst;
    let bytes = oldestFirst.reduce((sum, group) => sum + group.bytes, 0);
    for (const group of oldestFirst) {
      if (folders <= this.bounds.folders && bytes <= this.bounds.bytes) return;
      for (const name of group.names) await rm(join(this.#directory, name), { force: true });
      folders -= 1;
      bytes -= group.bytes;
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.#directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #journal(folder: ObjectKey): string {
    return join(this.#directory, `${hashOf(folder)}.journal`);
  }

  #bytesOf(key: ObjectKey): string {
    return join(this.#directory, `${hashOf(folderOf(key))}-${hashOf(key)}`);
  }
}

/** One after the other, thousands of small files take seconds; all at once, more than may be open. */
async function severalAtATime<T>(names: readonly string[], look: (name: string) => Promise<T>): Promise<T[]> {
  const seen: T[] = [];
  for (let at = 0; at < names.length; at += AT_A_TIME) {
    seen.push(...(await Promise.all(names.slice(at, at + AT_A_TIME).map(look))));
  }
  return seen;
}

/** Keys may be longer than names of files. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
