import type { ChildProcess } from 'node:child_process';
import { PassThrough, pipeline, type Readable, type Writable } from 'node:stream';
import { invariant, monotonicMs, systemClock } from '#kernel';
import type { BulkPipeOutput } from './bulk-output.js';
import type { CommandExit, RunningCommand } from './command-runner.js';
import { groupRuns, signalGroup } from './process-group.js';

const GRACE_MS = 5000;
const GROUP_POLL_MS = 10;
/** What was killed is gone at once, unless the kernel is busy with it. */
const KILLED_MS = 2000;

/** A child process that has been started. Memory held: what fits into its pipes. */
export class SystemCommand implements RunningCommand {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly output: BulkPipeOutput | undefined;
  readonly exit: Promise<CommandExit>;
  readonly ended: Promise<CommandExit>;
  #groupIsGone = false;

  constructor(
    private readonly child: ChildProcess,
    private readonly group: boolean,
    bulk: { readonly stdin: Writable | undefined; readonly output: BulkPipeOutput | undefined },
  ) {
    invariant(child.pid !== undefined, 'a started process has a number');
    this.pid = child.pid;
    const stdin = bulk.stdin ?? child.stdin;
    this.stdin = stdin ? forgiving(stdin) : undefined;
    this.output = bulk.output;
    this.stdout = child.stdout ? kept(child.stdout) : undefined;
    this.stderr = child.stderr ? kept(child.stderr) : undefined;
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#noteGroup();
        resolve(exitOf(code, signal));
      }),
    );
    this.exit = new Promise((resolve) =>
      child.once('close', (code, signal) => resolve(exitOf(code, signal))),
    );
  }

  /** What the command had still to say is thrown away: nobody may be left to read it. */
  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#send('SIGTERM');
    if (!(await this.#endsWithin(graceMs))) {
      this.#send('SIGKILL');
      await this.#endsWithin(KILLED_MS);
    }
    await this.ended;
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy();
    await this.output?.close();
    await this.exit;
  }

  #send(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (!this.group) this.child.kill(signal);
    else if (!this.#groupIsGone) signalGroup(this.pid, signal);
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const until = monotonicMs() + ms;
    const patience = new AbortController();
    const late = systemClock.sleep(ms, patience.signal).then(
      () => false,
      () => false,
    );
    const ended = await Promise.race([this.ended.then(() => true), late]);
    patience.abort();
    if (!ended || !this.group) return ended;
    while (!this.#noteGroup()) {
      if (monotonicMs() >= until) return false;
      await systemClock.sleep(GROUP_POLL_MS);
    }
    return true;
  }

  /** Once the group is empty its number may be given to strangers, so it is never signalled again. */
  #noteGroup(): boolean {
    this.#groupIsGone ||= !this.group || !groupRuns(this.pid);
    return this.#groupIsGone;
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): CommandExit {
  return { code: code ?? undefined, signal: signal ?? undefined };
}

/** A program may end before it has read all its input; its exit code tells whether that matters. */
function forgiving(stdin: Writable): Writable {
  return stdin.on('error', () => undefined);
}

/** When a process ends, Node pulls output that nobody reads yet through and loses it; so it is kept for a late reader. */
function kept(output: Readable): Readable {
  const keeper = new PassThrough();
  pipeline(output, keeper, () => undefined);
  return keeper;
}
