import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { apiIsReady, openApiClient } from '#api-client';
import { platformConfig } from '#config';
import { processState, temporaryDirectory, type ProcessIdentity, type TemporaryDirectory } from '#host';
import { isFailure, monotonicMs, systemClock, type FailureCode } from '#kernel';
import type { PlatformEvent } from './platform-event.js';
import { startPlatform, type PlatformOptions, type RunningPlatform } from './start-platform.js';

const WAIT_MS = 30_000;

describe('the platform in one directory', function () {
  this.timeout(120_000);
  let directory: TemporaryDirectory;
  let state: string;
  let events: PlatformEvent[];
  let running: RunningPlatform[];

  beforeEach(async () => {
    directory = await temporaryDirectory('firn-platform-');
    // The account that runs the database for root must get through.
    chmodSync(directory.path, 0o711);
    state = join(directory.path, 'state');
    [events, running] = [[], []];
  });
  afterEach(async () => {
    for (const platform of running) await platform.stop();
    await directory.remove();
  });

  async function started(
    commandLine: Readonly<Record<string, unknown>> = {},
    more: Partial<PlatformOptions> = {},
  ): Promise<RunningPlatform> {
    const config = await platformConfig({ commandLine: { state, port: '0', ...commandLine }, env: {} });
    const platform = await startPlatform({ config, tell: (event) => events.push(event), ...more });
    running.push(platform);
    return platform;
  }

  function processes(): Readonly<Record<string, ProcessIdentity>> {
    const text = readFileSync(join(state, 'processes.json'), 'utf8');
    return JSON.parse(text) as Record<string, ProcessIdentity>;
  }

  async function until(what: () => boolean | Promise<boolean>): Promise<void> {
    const begun = monotonicMs();
    while (!(await what())) {
      assert.ok(monotonicMs() - begun < WAIT_MS, 'waited for too long');
      await systemClock.sleep(20);
    }
  }

  async function refuses(code: FailureCode, message: RegExp, commandLine = {}): Promise<void> {
    await assert.rejects(started(commandLine), (error) => {
      assert.ok(isFailure(error, code), String(error));
      assert.match(error.message, message);
      return true;
    });
  }

  it('answers, lets the administrator in, and leaves nothing behind when it is stopped', async () => {
    const platform = await started();
    const { administrator, apiUrl } = platform;
    assert.ok(administrator);
    assert.ok(await apiIsReady(apiUrl));
    const client = openApiClient({
      apiUrl,
      clock: systemClock,
      credentials: async () => ({ username: administrator.name, password: administrator.password }),
    });
    assert.equal((await client.whoAmI()).name, administrator.name);

    // The scheduler has found the API, with the account that was made for it.
    await until(async () => (await client.clients.list()).total === 1);
    const [one] = (await client.clients.list()).items;
    assert.ok(one?.clientId);

    const pids = Object.values(processes());
    assert.equal(pids.length, 2);
    await platform.stop();
    assert.deepEqual(pids.map(processState), ['gone', 'gone']);
    assert.ok(!existsSync(join(state, 'processes.json')));
    assert.deepEqual(workingIn(state), []);
    assert.ok(!(await apiIsReady(apiUrl)));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['starting', 'administrator', 'ready', 'stopping', 'stopped'],
    );
  });

  it('is there again at the next start, with its accounts and without a new password', async () => {
    const first = await started();
    const { administrator } = first;
    await first.stop();
    const again = await started();
    assert.equal(again.administrator, undefined);
    const { name: username, password } = administrator!;
    const client = openApiClient({
      apiUrl: again.apiUrl,
      clock: systemClock,
      credentials: async () => ({ username, password }),
    });
    assert.equal((await client.whoAmI()).name, username);
  });

  it('shows the password to nobody but whoever starts it', async () => {
    const { administrator } = await started();
    assert.ok(administrator);
    for (const log of ['api.log', 'scheduler.log'])
      assert.ok(!readFileSync(join(state, 'logs', log), 'utf8').includes(administrator.password), log);
    const { password } = JSON.parse(readFileSync(join(state, 'secrets', 'scheduler.json'), 'utf8')) as {
      password: string;
    };
    for (const { pid } of Object.values(processes()))
      assert.ok(!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(password));
    assert.equal(statSync(join(state, 'secrets')).mode & 0o777, 0o700);
    assert.equal(statSync(join(state, 'secrets', 'scheduler.json')).mode & 0o077, 0);
  });

  it('starts what was killed once more, and says so', async () => {
    const { apiUrl } = await started();
    const before = processes();
    process.kill(before['firn-api']!.pid, 'SIGKILL');
    process.kill(before['firn-scheduler']!.pid, 'SIGKILL');
    await until(() => Object.entries(processes()).every(([name, { pid }]) => pid !== before[name]!.pid));
    await until(() => apiIsReady(apiUrl));
    const told = events.flatMap((event) =>
      event.type === 'restarting' ? [`${event.process} ${event.what}`] : [],
    );
    assert.deepEqual(told.sort(), ['firn-api was ended by SIGKILL', 'firn-scheduler was ended by SIGKILL']);
  });

  it('is one only', async () => {
    await started();
    await refuses('platform.running', /^another "firn up" runs with its state in ".*\/state"$/);
  });

  it('begins nothing when its port is taken', async () => {
    const { apiUrl } = await started();
    const other = join(directory.path, 'other');
    await refuses('platform.port-taken', /^port \d+ of 127\.0\.0\.1 is taken/, {
      state: other,
      port: new URL(apiUrl).port,
    });
    assert.deepEqual(readdirSync(join(other, 'logs')), []);
  });

  it('begins nothing on an address that is not of this machine', () =>
    refuses('input.invalid', /^--host: cannot listen on "192\.0\.2\.1" here$/, {
      host: '192.0.2.1',
      port: '9',
    }));

  it('does not touch the state of a newer version', async () => {
    mkdirSync(state);
    writeFileSync(join(state, 'firn-state.json'), '{"version":7}');
    await refuses('platform.state-newer', /laid out by a newer Firn \(version 7, this one knows 1\)$/);
    assert.deepEqual(readdirSync(state), ['firn-state.json']);
  });

  it('gives the reason of the API when that does not start, and runs nothing then', async () => {
    mkdirSync(join(state, 'postgres'), { recursive: true });
    writeFileSync(join(state, 'postgres', 'layout.json'), '{"layout":99}');
    await refuses('platform.state-newer', /^firn-api: .*layout 99/);
    assert.deepEqual(Object.values(processes()).map(processState), ['gone']);
  });

  it('can be called off while it starts', async () => {
    const controller = new AbortController();
    const tell = (event: PlatformEvent) => {
      if (event.type === 'starting') controller.abort(new Error('not now'));
    };
    await assert.rejects(started({}, { tell, signal: controller.signal }), /not now/);
    assert.deepEqual(workingIn(state), []);
  });
});

/** Numbers of the processes that have a directory below `place` as their own, such as those of a database. */
function workingIn(place: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(place);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
