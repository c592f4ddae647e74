import { createHash } from 'node:crypto';
import { Failure } from '#kernel';
import type { JobDirectory, JobFileContent, JobFileEntry } from '../files/job-directory.js';

/** A jobs directory in memory. */
export class MemoryJobDirectory implements JobDirectory {
  readonly #files = new Map<string, { readonly text: string; readonly version: number }>();
  #version = 0;
  /** What is wrong with the directory as a whole. */
  trouble: Failure | undefined;

  write(name: string, content: unknown): void {
    this.#version += 1;
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
    this.#files.set(name, { text, version: this.#version });
  }

  remove(name: string): void {
    this.#files.delete(name);
  }

  async list(): Promise<readonly JobFileEntry[]> {
    if (this.trouble) throw this.trouble;
    return [...this.#files].map(([name, { version }]) => ({ name, stamp: String(version) }));
  }

  async read(name: string): Promise<JobFileContent> {
    const file = this.#files.get(name);
    if (!file) throw new Failure('input.file-unreadable', `cannot read "${name}": there is no such file`);
    return { text: file.text, digest: createHash('sha256').update(file.text).digest('hex') };
  }

  watch(): void {
    // The polls look.
  }
}
