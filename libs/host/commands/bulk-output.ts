import { closeSync, constants, openSync, read, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure, invariant } from '#kernel';
import { temporaryDirectory } from '../temporary-directory.js';
import type { BulkOutput, CommandRunner } from './command-runner.js';

/** As large as Linux lets a user make a pipe, unless its administrator says otherwise. */
const PIPE_BYTES = 1 << 20;
const F_SETPIPE_SZ = 1031;

/** A pipe between a command that is yet to be started and this process. */
export interface BulkPipe {
  /** What the command writes to; to be closed here once it has been started. */
  readonly writer: number;
  readonly output: BulkPipeOutput;
}

/**
 * Makes a large pipe. What Node makes for a child is a pair of sockets, read 64 KiB at a time into ever new buffers: for
 * gigabytes that costs more than what is done with them.
 */
export async function bulkPipe(commands: Pick<CommandRunner, 'start'>): Promise<BulkPipe> {
  const directory = await temporaryDirectory('firn-pipe-');
  const path = join(directory.path, 'pipe');
  try {
    const made = await commands.start({ program: 'mkfifo', args: ['-m', '600', path], ...quietly });
    await made.exit;
    // Opened for both, a pipe is there at once; each end alone would wait for the other.
    const both = openSync(path, constants.O_RDWR);
    const reader = openSync(path, constants.O_RDONLY);
    const writer = openSync(path, constants.O_WRONLY);
    closeSync(both);
    await enlarge(commands, writer);
    return { writer, output: new BulkPipeOutput(reader) };
  } catch (error) {
    throw asFailure(error);
  } finally {
    rmSync(directory.path, { recursive: true, force: true });
  }
}

const quietly = { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' } as const;

/** Node cannot set the size of a pipe, but any process that has it can. Without Perl the pipe stays as it is. */
async function enlarge(commands: Pick<CommandRunner, 'start'>, pipe: number): Promise<void> {
  const script = `fcntl(STDOUT, ${F_SETPIPE_SZ}, ${PIPE_BYTES})`;
  try {
    const perl = await commands.start({ ...quietly, program: 'perl', args: ['-e', script], stdout: pipe });
    await perl.exit;
  } catch {
    // Slower, but as good.
  }
}

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
