import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure } from '#kernel';
import { temporaryDirectory } from '../temporary-directory.js';
import type { CommandRunner } from './command-runner.js';

/** As large as Linux lets a user make a pipe, unless its administrator says otherwise. */
const PIPE_BYTES = 1 << 20;
const F_SETPIPE_SZ = 1031;

/** Both ends of a pipe, as open files of this process; each is to be closed. */
export interface BulkPipe {
  readonly reader: number;
  readonly writer: number;
}

/**
 * Makes a large pipe. What Node makes for a child is a pair of sockets, which pass on 64 KiB at a time, by way of ever new
 * buffers: for gigabytes that costs more than what is done with them.
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
    return { reader, writer };
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
