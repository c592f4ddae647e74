import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { apiIsReady } from '#api-client';
import { searchPath } from '#config';
import {
  runToEnd,
  systemCommands,
  temporaryDirectory,
  type CommandCall,
  type RunningCommand,
  type TemporaryDirectory,
} from '#host';
import { monotonicMs, systemClock } from '#kernel';
import { asNobody, isRoot, nobodyCanRun, requireProgram, skipBecause } from '#test/support';

const NOBODY = 65_534;
const WAIT_MS = 60_000;
const main = fileURLToPath(new URL('../main.js', import.meta.url));

type Line = Readonly<Record<string, unknown>>;

describe('firn up', function () {
  this.timeout(120_000);
  let directory: TemporaryDirectory;
  let state: string;
  let started: RunningCommand[];

  beforeEach(async () => {
    directory = await temporaryDirectory('firn-up-');
    // The account that runs the database for root must get through.
    chmodSync(directory.path, 0o711);
    state = join(directory.path, 'state');
    started = [];
  });
  afterEach(async () => {
    for (const command of started) await command.stop(WAIT_MS);
    // What a killed one has left is ended by the next.
    assert.deepEqual(await untilNothingRuns(), []);
    await directory.remove();
  });

  function call(...args: readonly string[]): CommandCall {
    const env = { PATH: searchPath().join(':'), HOME: directory.path };
    return { program: process.execPath, args: [main, 'up', ...args], env, cwd: '/' };
  }

  async function up(given: CommandCall): Promise<{ command: RunningCommand; lines: Interface }> {
    const pipes = { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' } as const;
    const command = await systemCommands.start({ ...given, ...pipes, group: true });
    started.push(command);
    return { command, lines: createInterface({ input: command.stdout! }) };
  }

  /** Reads until the line that says that all is ready; gives all lines. */
  async function untilReady(lines: Interface): Promise<readonly string[]> {
    const read: string[] = [];
    for await (const line of lines) {
      read.push(line);
      if (line.startsWith('Ctrl-C') || line.startsWith('{"type":"ready"')) return read;
    }
    throw new Error(`it ended with: ${read.join('\n')}`);
  }

  async function ready(...more: readonly string[]): Promise<{ command: RunningCommand; line: Line }> {
    const { command, lines } = await up(call('--state', state, '--port', '0', '--json', ...more));
    return { command, line: JSON.parse((await untilReady(lines)).at(-1)!) as Line };
  }

  async function untilNothingRuns(): Promise<readonly string[]> {
    const begun = monotonicMs();
    while (running().length > 0 && monotonicMs() - begun < WAIT_MS) await systemClock.sleep(50);
    return running();
  }

  /** Command lines that name the state directory. */
  function running(): readonly string[] {
    return readdirSync('/proc').flatMap((name) => {
      try {
        const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
        return line.includes(directory.path) ? [line] : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  }

  it('tells people what they need to go on, and ends well on Ctrl-C', async () => {
    const { command, lines } = await up(call('--state', state, '--port', '0'));
    const text = (await untilReady(lines)).join('\n');
    for (const part of [
      /^starting with state in .*\/state$/m,
      /^administrator: admin$/m,
      /^password: {6}\S{12,}$/m,
      /^ready in \d+\.\d s$/m,
      /API +http:\/\/127\.0\.0\.1:\d+ /,
      /firn login --api-url http:\/\/127\.0\.0\.1:\d+ --username admin$/m,
      /job files into .*\/state\/jobs$/m,
    ])
      assert.match(text, part);
    process.kill(command.pid, 'SIGINT');
    assert.deepEqual(await command.ended, { code: 0, signal: undefined });
    assert.deepEqual(running(), []);
  });

  it('tells programs the same in one line, and ends well on SIGTERM', async () => {
    const { command, line } = await ready();
    assert.ok(await apiIsReady(String(line['apiUrl'])));
    assert.deepEqual(Object.keys(line).sort(), [
      ...['administrator', 'apiUrl', 'jobsDir', 'logs', 'ms', 'stateDir', 'type'],
    ]);
    process.kill(command.pid, 'SIGTERM');
    assert.equal((await command.ended).code, 0);
    assert.deepEqual(running(), []);
  });

  it('works for an ordinary user', async function () {
    if (isRoot()) requireProgram(this, 'setpriv');
    if (!nobodyCanRun()) skipBecause(this, 'the project lies in a private directory');
    mkdirSync(state, { mode: 0o700 });
    if (isRoot()) chownSync(state, NOBODY, NOBODY);
    const { command, lines } = await up(asNobody(call('--state', state, '--port', '0', '--json')));
    const line = JSON.parse((await untilReady(lines)).at(-1)!) as Line;
    assert.ok(await apiIsReady(String(line['apiUrl'])));
    process.kill(command.pid, 'SIGTERM');
    assert.equal((await command.ended).code, 0);
    assert.deepEqual(running(), []);
  });

  it('ends at once on the second signal, and what it has started soon after', async () => {
    const { command } = await ready();
    process.kill(command.pid, 'SIGINT');
    process.kill(command.pid, 'SIGTERM');
    assert.equal((await command.ended).code, 130);
    assert.deepEqual(await untilNothingRuns(), []);
  });

  it('cleans up after one that was killed, and goes on with its state', async () => {
    const { command } = await ready();
    process.kill(command.pid, 'SIGKILL');
    await command.ended;
    assert.ok(running().length >= 2);
    const { command: next, lines } = await up(call('--state', state, '--port', '0', '--json'));
    const told = (await untilReady(lines)).map((text) => JSON.parse(text) as Line);
    const left = told.find(({ type }) => type === 'ended-left-behind');
    assert.deepEqual(left?.['processes'], ['firn-scheduler', 'firn-api']);
    assert.equal(told.at(-1)?.['administrator'], undefined);
    await next.stop(WAIT_MS);
  });

  const wrong: [readonly string[], number, RegExp][] = [
    [
      ['--prot', '1'],
      2,
      /^input\.unknown-option: unknown option "--prot" \(did you mean "--port"\?\)\n {2}Use /,
    ],
    [['--port', 'x', '--poll', '0'], 2, /^input\.invalid: --port: "x" is not a port .*; --poll: "0" is not /],
    [
      ['--state', '/proc/version'],
      2,
      /^platform\.state-unusable: cannot use "\/proc\/version": it is no directory\n/,
    ],
  ];
  for (const [args, code, message] of wrong) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { exit, stderr } = await runToEnd(systemCommands, call(...args));
      assert.match(stderr, message);
      assert.equal(exit.code, code);
    });
  }
});
