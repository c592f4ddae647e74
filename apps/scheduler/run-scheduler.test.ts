import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  freePort,
  runToEnd,
  systemCommands,
  temporaryDirectory,
  type RunningCommand,
  type TemporaryDirectory,
} from '#host';
import { systemClock } from '#kernel';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

type LogLine = Readonly<Record<string, unknown>>;

describe('firn-scheduler', function () {
  this.timeout(60_000);
  let place: TemporaryDirectory;
  let started: RunningCommand[];
  let api: string;

  beforeEach(async () => {
    place = await temporaryDirectory('firn-test-');
    started = [];
    // Nobody listens there.
    api = `http://127.0.0.1:${await freePort()}`;
  });

  afterEach(async () => {
    for (const command of started) await command.stop();
    await place.remove();
  });

  const call = (...args: string[]) => ({
    program: process.execPath,
    args: ['--enable-source-maps', MAIN, ...args],
    env: {
      PATH: '/usr/bin:/bin',
      HOME: place.path,
      FIRN_USERNAME: 'web1',
      FIRN_PASSWORD: 'never to be shown',
    },
    cwd: '/',
  });
  const ordinary = () => [
    '--api-url',
    api,
    '--state-dir',
    join(place.path, 'state'),
    '--jobs-dir',
    join(place.path, 'jobs'),
  ];

  async function start(...args: string[]): Promise<{ command: RunningCommand; log: LogLine[] }> {
    const command = await systemCommands.start({
      ...call(...args),
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
    });
    started.push(command);
    const log: LogLine[] = [];
    let rest = '';
    command.stderr?.on('data', (piece: Buffer) => {
      const lines = (rest + piece.toString()).split('\n');
      rest = lines.pop() ?? '';
      log.push(...lines.map((line) => JSON.parse(line) as LogLine));
    });
    return { command, log };
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let tries = 0; tries < 2000 && !holds(); tries += 1) await systemClock.sleep(10);
    assert.ok(holds());
  }

  it('prints its help and its version', async () => {
    const help = await runToEnd(systemCommands, call('--help'));
    assert.equal(help.exit.code, 0);
    for (const words of ['--stop-grace-seconds', '--concurrent-jobs', 'FIRN_PASSWORD', 'go on by themselves'])
      assert.ok(help.stdout.includes(words), words);
    const version = await runToEnd(systemCommands, call('--version'));
    assert.match(version.stdout.toString(), /^\d+\.\d+\.\d+\n$/);
  });

  it('refuses what it does not know, with the nearest name', async () => {
    const { exit, stderr } = await runToEnd(systemCommands, call('--poll-secconds', '3'));
    assert.equal(exit.code, 2);
    assert.match(stderr, /^input\.unknown-option: .*did you mean "--poll-seconds"/);
  });

  it('says that the API is away, goes on, and ends with 0 when it is told to', async () => {
    const { command, log } = await start(...ordinary());
    await until(() => log.some(({ level }) => level === 'error'));
    const [line] = log.filter(({ level }) => level === 'error');
    assert.deepEqual([line?.['code'], line?.['apiUrl']], ['api.unreachable', api]);
    assert.ok(existsSync(join(place.path, 'jobs')));
    process.kill(command.pid, 'SIGTERM');
    assert.deepEqual(await command.exit, { code: 0, signal: undefined });
    assert.ok(!JSON.stringify(log).includes('never to be shown'));
    assert.equal(log.at(-1)?.['msg'], 'scheduler ends');
  });

  it('reports a job file that is wrong also while the API is away', async () => {
    const first = await start(...ordinary());
    await until(() => existsSync(join(place.path, 'jobs')) && first.log.length > 1);
    writeFileSync(join(place.path, 'jobs', 'a.json'), '{');
    await until(() => first.log.some(({ msg }) => msg === 'job file refused'));
  });

  it('is the only one in its state directory, and the same one at each start', async () => {
    const { command, log } = await start(...ordinary());
    await until(() => log.length > 0);
    const holder = readFileSync(join(place.path, 'state', 'holder'), 'utf8');
    const { exit, stderr } = await runToEnd(systemCommands, call(...ordinary()));
    assert.equal(exit.code, 6);
    assert.match(stderr, /platform\.running/);
    process.kill(command.pid, 'SIGKILL');
    await command.exit;
    const again = await start(...ordinary());
    await until(() => again.log.length > 0);
    assert.equal(readFileSync(join(place.path, 'state', 'holder'), 'utf8'), holder);
  });

  it('leaves a state directory of a newer version alone', async () => {
    const { command, log } = await start(...ordinary());
    await until(() => log.length > 0);
    await command.stop();
    writeFileSync(join(place.path, 'state', 'firn-state.json'), '{"version": 99}');
    const { exit, stderr } = await runToEnd(systemCommands, call(...ordinary()));
    assert.equal(exit.code, 7);
    assert.match(stderr, /platform\.state-newer/);
  });
});
