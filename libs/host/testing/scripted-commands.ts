import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Failure } from '#kernel';
import type {
  BulkOutput,
  CommandExit,
  CommandRunner,
  CommandSpec,
  RunningCommand,
} from '../commands/command-runner.js';

/** What a scripted program does: prints, and ends with a code, 0 unless told otherwise. */
export interface Answer {
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string | Uint8Array;
  readonly code?: number;
  readonly signal?: NodeJS.Signals;
  /** Prints, and then waits until it is stopped. */
  readonly hangs?: boolean;
}

export interface ScriptedCall {
  readonly spec: CommandSpec;
  /** All that was written to it, once that has ended; empty when its input is no pipe. */
  input(): Promise<Buffer>;
}

/**
 * By whole line (`lvs --noheadings vg0`) or by program (`lvs`); the line wins. A list answers one call after the other,
 * and its last item all that follow.
 */
export type CommandTable = Readonly<Record<string, Script | readonly Script[]>>;
export type Script = Answer | ((call: ScriptedCall) => Answer | Promise<Answer>);

export interface ScriptedCommands extends CommandRunner {
  /** `lvs --noheadings vg0`, `stop lvs`: everything that was done, in order. */
  readonly diary: readonly string[];
  readonly calls: readonly CommandSpec[];
}

/** A machine with the programs of the table and no others; all else is missing as it would be on a real one. */
export function scriptedCommands(table: CommandTable): ScriptedCommands {
  const diary: string[] = [];
  const calls: CommandSpec[] = [];
  const turns = new Map<string, number>();

  async function start(spec: CommandSpec, signal?: AbortSignal): Promise<RunningCommand> {
    signal?.throwIfAborted();
    const line = [spec.program, ...spec.args].join(' ');
    const key = line in table ? line : spec.program;
    const scripts = [table[key] ?? []].flat() as readonly Script[];
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    const script = scripts[Math.min(turn, scripts.length - 1)];
    if (!script)
      throw new Failure('command.missing', `there is no program "${spec.program}"`, {
        program: spec.program,
      });
    diary.push(line);
    const command = new ScriptedCommand(1000 + calls.push(spec), spec, script, () =>
      diary.push(`stop ${spec.program}`),
    );
    if (signal) {
      const stop = () => void command.stop();
      signal.addEventListener('abort', stop, { once: true });
      void command.exit.then(() => signal.removeEventListener('abort', stop));
    }
    return command;
  }
  return { start, diary, calls };
}

class ScriptedCommand implements RunningCommand {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly output: BulkOutput | undefined;
  readonly exit: Promise<CommandExit>;
  readonly ended: Promise<CommandExit>;
  readonly #out = new PassThrough();
  readonly #err = new PassThrough();
  readonly #stopped = new AbortController();
  #ended = false;

  constructor(
    readonly pid: number,
    spec: CommandSpec,
    script: Script,
    private readonly noteStop: () => void,
  ) {
    const input = new PassThrough();
    const received = takesInput(spec)
      ? buffer(input).catch(() => Buffer.alloc(0))
      : Promise.resolve(Buffer.alloc(0));
    this.stdin = takesInput(spec) ? input : undefined;
    this.stdout = spec.stdout === 'pipe' ? this.#out : undefined;
    this.stderr = spec.stderr === 'pipe' ? this.#err : undefined;
    this.output = spec.stdout === 'bulk' ? new StreamOutput(this.#out) : undefined;
    this.exit = this.#perform({ spec, input: () => received }, script);
    this.ended = this.exit;
  }

  async stop(): Promise<void> {
    if (!this.#ended && !this.#stopped.signal.aborted) {
      this.noteStop();
      this.#stopped.abort();
    }
    await this.exit;
  }

  async #perform(call: ScriptedCall, script: Script): Promise<CommandExit> {
    const stopped = this.#whenStopped();
    const answer = await Promise.race([stopped, typeof script === 'function' ? script(call) : script]);
    if (answer) {
      this.#out.write(answer.stdout ?? '');
      this.#err.write(answer.stderr ?? '');
      if (answer.hangs) await stopped;
    }
    this.#ended = true;
    this.#out.end();
    this.#err.end();
    if (this.#stopped.signal.aborted) return { code: undefined, signal: 'SIGTERM' };
    return answer?.signal
      ? { code: undefined, signal: answer.signal }
      : { code: answer?.code ?? 0, signal: undefined };
  }

  async #whenStopped(): Promise<undefined> {
    if (!this.#stopped.signal.aborted) await once(this.#stopped.signal, 'abort');
    return undefined;
  }
}

class StreamOutput implements BulkOutput {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async fill(buffer: Buffer): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      if (this.#rest.length === 0) {
        const next = await this.#pieces.next();
        if (next.done) break;
        this.#rest = next.value;
      }
      const copied = this.#rest.copy(buffer, filled);
      this.#rest = this.#rest.subarray(copied);
      filled += copied;
    }
    return filled;
  }
}

function takesInput({ stdin }: CommandSpec): boolean {
  return stdin === 'pipe' || stdin === 'bulk';
}
