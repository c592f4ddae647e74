import { closeSync, read } from 'node:fs';
import { asFailure, invariant } from '#kernel';
import type { BulkOutput } from './command-runner.js';

/** The reading end. It is closed at the end of what is written, or by `close`. */
export class BulkPipeOutput implements BulkOutput {
  #reading: Promise<number> | undefined;
  #isClosed = false;

  constructor(private readonly file: number) {}

  async fill(buffer: Buffer): Promise<number> {
    let filled = 0;
    while (filled < buffer.length && !this.#isClosed) {
      const bytes = await this.#read(buffer, filled);
      if (bytes === 0) this.#close();
      filled += bytes;
    }
    return filled;
  }

  handOver(): number {
    invariant(!this.#isClosed && !this.#reading, 'a pipe is handed over before it is read');
    this.#isClosed = true;
    return this.file;
  }

  /** To be called when the command has ended: a read that is under way would wait for it. */
  async close(): Promise<void> {
    // Whoever fills a buffer begins the next read as soon as one has ended.
    while (this.#reading) await this.#reading.catch(() => undefined);
    this.#close();
  }

  async #read(buffer: Buffer, from: number): Promise<number> {
    this.#reading = readInto(this.file, buffer, from);
    try {
      return await this.#reading;
    } finally {
      this.#reading = undefined;
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.file);
  }
}

function readInto(file: number, buffer: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, buffer, from, buffer.length - from, null, (error, bytes) =>
      error ? reject(asFailure(error)) : resolve(bytes),
    );
  });
}
