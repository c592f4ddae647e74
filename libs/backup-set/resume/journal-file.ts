import { createHash } from 'node:crypto';
import { open, mkdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Container } from '../container/container.js';
import type { Series } from '../layout.js';

/** Larger ones are not read, and none is made: what it says of some terabytes. */
export const MAX_JOURNAL = 64 << 20;

/** Where the journal of a series in a container is, of which there is one at most. */
export function journalPath(directory: string, { id }: Pick<Container, 'id'>, series: Series): string {
  const name = createHash('sha256')
    .update(JSON.stringify([id, series.hostname, series.name]))
    .digest('hex');
  return join(directory, 'interrupted', `${name.slice(0, 32)}.journal`);
}

/** Appends to a journal; what is synced survives the machine. */
export class JournalFile {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private size: number,
  ) {}

  /** A new one in place of any that is there. */
  static async create(path: string, first: Buffer): Promise<JournalFile> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const part = `${path}.part`;
    await unlink(part).catch(() => undefined);
    const file = await open(part, 'wx', 0o600);
    try {
      const journal = new JournalFile(path, file, 0);
      await journal.append(first, 'synced');
      await rename(part, path);
      return journal;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** One that goes on behind its first `size` bytes. */
  static async reopen(path: string, size: number): Promise<JournalFile> {
    const file = await open(path, 'r+');
    try {
      await file.truncate(size);
      return new JournalFile(path, file, size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** For so many bytes, and the little that belongs to them. */
  hasRoom(bytes: number): boolean {
    return this.size + bytes + 4096 < MAX_JOURNAL;
  }

  async append(bytes: Buffer, how: 'written' | 'synced'): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.size + at);
      at += bytesWritten;
    }
    this.size += bytes.length;
    if (how === 'synced') await this.file.sync();
  }

  /** Emptied before it is removed: that needs no room, and is durable when it is synced. */
  async remove(): Promise<void> {
    await this.file.truncate(0);
    await this.file.sync();
    await this.file.close();
    await unlink(this.path).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
