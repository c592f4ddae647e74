import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, stat } from 'node:fs/promises';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { Failure, systemClock } from '#kernel';

/** A job file as it stands in its directory. */
export interface JobFileEntry {
  readonly name: string;
  /** Changes whenever the file does. */
  readonly stamp: string;
}

export interface JobFileContent {
  readonly text: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** Where people put job files. */
export interface JobDirectory {
  /** Files whose names say that they are job files, by name. Rejects with `input.file-unreadable`. */
  list(): Promise<readonly JobFileEntry[]>;
  /** Rejects with `input.file-unreadable`, or with `input.file-malformed` when it is no text. */
  read(name: string): Promise<JobFileContent>;
  /** Calls `changed` soon after something has changed, where the system can tell; until `signal` fires. */
  watch(changed: () => void, signal: AbortSignal): void;
}

const MOST_BYTES = 1 << 20;
/** Who writes a file in several goes has mostly done so by then. */
const SETTLE_MS = 200;

/** Whether a file of this name is meant for the scheduler, and not for an editor or for nobody yet. */
export function isJobFileName(name: string): boolean {
  return /\.(json|ya?ml)$/i.test(name) && !name.startsWith('.') && !name.startsWith('#');
}

export class DiskJobDirectory implements JobDirectory {
  constructor(private readonly path: string) {}

  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o755 });
  }

  async list(): Promise<readonly JobFileEntry[]> {
    const names = await readdir(this.path).catch((error: unknown) => {
      throw unreadable(`jobs directory "${this.path}"`, this.path, error);
    });
    const entries = await Promise.all(names.filter(isJobFileName).map((name) => this.#entry(name)));
    return entries.filter((entry) => entry !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async read(name: string): Promise<JobFileContent> {
    const path = join(this.path, name);
    const bytes = await bytesOf(path).catch((error: unknown) => {
      throw error instanceof Failure ? error : unreadable(path, path, error);
    });
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    try {
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), digest };
    } catch (error) {
      const facts = { file: path, line: 1, column: 1 };
      throw new Failure(
        'input.file-malformed',
        `${path}, line 1, column 1: this is not UTF-8 text`,
        facts,
        error,
      );
    }
  }

  watch(changed: () => void, signal: AbortSignal): void {
    let waiting = false;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      const told = () => {
        waiting = false;
        if (!signal.aborted) changed();
      };
      void systemClock.sleep(SETTLE_MS, signal).then(told, told);
    };
    try {
      const watcher = watch(this.path, { persistent: false, signal }, soon);
      // The polls look, too.
      watcher.on('error', () => watcher.close());
    } catch {
      // No more watches are to be had, or none on this file system: the polls look.
    }
  }

  async #entry(name: string): Promise<JobFileEntry | undefined> {
    try {
      // Through symlinks: what they point to counts.
      const status = await stat(join(this.path, name), { bigint: true });
      if (status.isDirectory()) return undefined;
      const { dev, ino, size, mtimeNs, ctimeNs } = status;
      return { name, stamp: [dev, ino, size, mtimeNs, ctimeNs].join(':') };
    } catch (error) {
      // Reading it says what is wrong; a file that has just gone is not there.
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOENT' && !(await isLink(join(this.path, name)))) return undefined;
      return { name, stamp: code };
    }
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  // Another kind of file could keep us waiting for ever, or have no end.
  if (!(await stat(path)).isFile())
    throw new Failure('input.file-unreadable', `"${path}" is no regular file`, { path });
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length > MOST_BYTES) {
      throw new Failure('input.file-unreadable', `"${path}" has more than ${MOST_BYTES} bytes`, { path });
    }
    if (bytesRead === 0) return buffer.subarray(0, length);
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (status) => status.isSymbolicLink(),
    () => false,
  );
}

function unreadable(what: string, path: string, error: unknown): Failure {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new Failure(
    'input.file-unreadable',
    `cannot read ${what}: ${REASONS[code] ?? message}`,
    { path },
    error,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  ELOOP: 'its symlinks run in a circle',
  ENOTDIR: 'it is no directory',
};
