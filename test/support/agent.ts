import { accessSync, constants, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd, systemCommands, type RunningCommand } from '#host';
import { asNobody, isRoot } from './as-nobody.js';
import { compiledPrograms } from './compiled-programs.js';

/** One run of `firn-agent --json`, when it is over. */
export interface AgentRun {
  readonly code: number | undefined;
  /** What it printed, line by line. */
  readonly lines: readonly AgentLine[];
  readonly summary: AgentLine;
  /** The last failure it told, if any. */
  readonly failure: AgentLine | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type AgentLine = Readonly<Record<string, unknown>>;

export interface AgentOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As `nobody` when the tests run as root. */
  readonly asNobody?: boolean;
  /** Without `--json`: what people see. */
  readonly plain?: boolean;
  readonly input?: Uint8Array;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const agentMain = join(root, 'dist/apps/agent/main.js');

// One for all tests of this process: what is in it is only believed where digests agree.
const cache = join(tmpdir(), `firn-test-cache-${process.pid}`);
process.once('exit', () => rmSync(cache, { recursive: true, force: true }));

// What a developer has set for himself must not change what tests see.
const ENVIRONMENT = {
  ...{ PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
  ...{ FIRN_CACHE_DIR: cache, NODE_COMPILE_CACHE: compiledPrograms() },
};

/** Runs the agent as a process of its own, as users do. */
export async function agent(args: readonly string[], options: AgentOptions = {}): Promise<AgentRun> {
  const call = agentCall(args, options);
  const input = options.input ? { input: options.input } : {};
  const { exit, stdout, stderr } = await runToEnd(systemCommands, call, {
    maxOutputBytes: 512 << 20,
    timeoutMs: 300_000,
    ...input,
  });
  const lines = options.plain ? [] : (linesIn(stdout.toString('utf8')) ?? linesIn(stderr) ?? []);
  return {
    code: exit.code,
    lines,
    summary: lines.findLast((line) => line['type'] === 'summary') ?? {},
    failure: lines.findLast((line) => line['type'] === 'failure'),
    stdout,
    stderr,
  };
}

/** Starts the agent and leaves it running, for tests that interfere. Its standard output is read away. */
export async function startAgent(
  args: readonly string[],
  options: AgentOptions = {},
): Promise<RunningCommand> {
  const running = await systemCommands.start({
    ...agentCall(args, options),
    ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', group: true },
  });
  running.stdout?.resume();
  running.stderr?.resume();
  return running;
}

/** Kills the agent with what it started, and waits until all of it is gone. */
export async function kill9(running: RunningCommand): Promise<void> {
  try {
    process.kill(-running.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  await running.exit;
}

function agentCall(args: readonly string[], options: AgentOptions) {
  const json = options.plain ? [] : ['--json'];
  const call = {
    program: process.execPath,
    args: ['--enable-source-maps', agentMain, ...args, ...json],
    env: { ...ENVIRONMENT, ...options.env },
    cwd: '/',
  };
  return options.asNobody ? asNobody(call) : call;
}

function linesIn(text: string): AgentLine[] | undefined {
  const found = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as AgentLine);
  return found.length > 0 ? found : undefined;
}

/** Whether `nobody` can run this build: not when it lies in somebody's private directory. */
export function nobodyCanRun(): boolean {
  if (!isRoot()) return true;
  for (const file of [process.execPath, agentMain]) {
    for (let path = dirname(file); path !== '/'; path = dirname(path)) {
      if ((statSync(path).mode & 0o005) !== 0o005) return false;
    }
    accessSync(file, constants.R_OK);
  }
  return true;
}

/** A passphrase file in `directory`. */
export function passFile(directory: string, passphrase = 'correct horse', name = 'pass'): string {
  const path = join(directory, name);
  writeFileSync(path, `${passphrase}\n`, { mode: 0o644 });
  return path;
}
