import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  processIdentity,
  processState,
  systemCommands,
  temporaryDirectory,
  type TemporaryDirectory,
} from '#host';
import { systemClock, type Clock } from '#kernel';
import { FakeClock, HurryingClock } from '#kernel/testing';
import { ProcessNotes } from './left-behind.js';
import type { PlatformEvent } from './platform-event.js';
import { Service } from './service.js';

const LISTENS = 'setInterval(() => undefined, 1000); console.log("here " + process.pid);';

describe('a service', () => {
  let directory: TemporaryDirectory;
  let events: PlatformEvent[];
  let noted: number[];
  let heard: EventEmitter;
  let service: Service | undefined;

  beforeEach(async () => {
    directory = await temporaryDirectory('firn-service-');
    [events, noted, heard, service] = [[], [], new EventEmitter(), undefined];
  });
  afterEach(async () => {
    await service?.stop(1000);
    await directory.remove();
  });

  /** A program of node's that is kept as the API is. */
  async function kept(script: string, clock: Clock): Promise<Service> {
    const spec = {
      name: 'firn-api',
      args: ['-e', script],
      env: {},
      log: join(directory.path, 'api.log'),
      hear: (line: string) => heard.emit('line', line),
    } as const;
    service = await Service.start(spec, {
      clock,
      commands: systemCommands,
      tell: (event) => {
        events.push(event);
        heard.emit(event.type);
      },
      note: async (_name, pid) => void noted.push(pid),
    });
    service.keepAlive();
    return service;
  }

  async function pidHeard(): Promise<number> {
    const [line] = (await once(heard, 'line')) as [string];
    return Number(/^here (\d+)$/.exec(line)?.[1]);
  }

  it('is started again when it is killed, says so, and notes its new number', async () => {
    await kept(LISTENS, new HurryingClock());
    const first = await pidHeard();
    process.kill(first, 'SIGKILL');
    const second = await pidHeard();
    assert.notEqual(second, first);
    assert.deepEqual(noted, [first, second]);
    assert.deepEqual(events, [
      {
        ...{ type: 'restarting', process: 'firn-api', what: 'was ended by SIGKILL', waitMs: 1000 },
        log: join(directory.path, 'api.log'),
      },
    ]);
  });

  it('is given up when it dies again and again, with what it said last', async () => {
    const { failed } = await kept('console.error("no " + 7); process.exitCode = 9;', new HurryingClock());
    const { code, message } = await failed;
    assert.equal(code, 'platform.process-failed');
    assert.equal(message, 'firn-api ended with exit code 9 again and again, after these words: no 7');
    assert.equal(noted.length, 5);
    assert.deepEqual(
      events.map((event) => 'waitMs' in event && event.waitMs),
      [1000, 2000, 4000, 8000],
    );
  });

  it('is not started again when it is stopped', async () => {
    const running = await kept(LISTENS, new HurryingClock());
    const pid = await pidHeard();
    await running.stop(5000);
    assert.equal(processState(processIdentity(pid)), 'gone');
    assert.deepEqual([events, noted], [[], [pid]]);
  });

  it('is not started again when it is stopped while it waits for that', async () => {
    const running = await kept(LISTENS, new FakeClock());
    process.kill(await pidHeard(), 'SIGKILL');
    await once(heard, 'restarting');
    await running.stop(5000);
    assert.equal(noted.length, 1);
  });

  it('is killed when it does not listen', async () => {
    const running = await kept(`process.on("SIGTERM", () => undefined); ${LISTENS}`, systemClock);
    const pid = await pidHeard();
    await running.stop(50);
    assert.equal(processState(processIdentity(pid)), 'gone');
  });
});

describe('what a killed platform has left behind', () => {
  it('is ended by the next one, and what has ended by itself is not looked for', async () => {
    await using directory = await temporaryDirectory('firn-left-');
    const path = join(directory.path, 'processes.json');
    const spec = { program: 'sleep', args: ['60'], group: true } as const;
    const one = await systemCommands.start({ ...spec, stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
    const earlier = new ProcessNotes(path);
    await earlier.note('firn-api', one.pid);
    await earlier.note('firn-scheduler', 2 ** 22);

    const names = ['firn-scheduler', 'firn-api', 'firn-other'];
    assert.deepEqual(await new ProcessNotes(path).endLeftBehind(names), ['firn-api']);
    assert.equal((await one.ended).signal, 'SIGTERM');
    assert.ok(!existsSync(path));
    assert.deepEqual(await new ProcessNotes(path).endLeftBehind(names), []);
  });

  it('is noted whole when processes start at the same moment (issue 3: two wrote one file at once)', async () => {
    await using directory = await temporaryDirectory('firn-left-');
    const path = join(directory.path, 'processes.json');
    const notes = new ProcessNotes(path);
    const names = Array.from({ length: 20 }, (_, at) => `firn-${at}`);
    await Promise.all(names.map((name, at) => notes.note(name, 2 ** 22 + at)));
    const noted = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(Object.keys(noted), names);
  });

  it('is not more than what was noted: what cannot be noted does not go on (issue 3)', async () => {
    let pid = 0;
    const note = (_name: string, started: number) => {
      pid = started;
      return Promise.reject(new Error('the disk is full'));
    };
    const parts = { commands: systemCommands, clock: systemClock, tell: () => undefined, note };
    await using directory = await temporaryDirectory('firn-left-');
    const spec = {
      ...({ name: 'firn-api', args: ['-e', 'setInterval(() => 0, 1000)'], env: {} } as const),
      ...{ log: join(directory.path, 'log'), hear: () => undefined },
    };
    await assert.rejects(Service.start(spec, parts), /the disk is full/);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});
