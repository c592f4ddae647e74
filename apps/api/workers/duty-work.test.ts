import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import { claimOccurrence, createJob, registerClient, type ControlParts } from '#control';
import type { Actor } from '#domain';
import { Failure, silentLogger, type ProjectId, type UserId } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { memoryMetadata } from '#metadata';
import { memoryQueue, type Queue } from '#queue';
import { allCapabilities, settingsProblems } from '../settings-problems.js';
import { storageKnowledge } from '../storages/storage-knowledge.js';
import { takeUpDuties } from './duty-work.js';

const project = 'default' as ProjectId;
const actor: Actor = { userId: 'u' as UserId, name: 'boss', project, roles: ['admin'] };
const LEASE_MS = 60_000;

describe('the duties of the control plane', () => {
  it('give up a run whose lease has ended, but not before schedulers had time to come back', async () => {
    const clock = new FakeClock();
    const parts = partsWith(clock, memoryQueue({ clock, logger: silentLogger }));
    await lostRun(parts, clock);
    // The API was stopped for an hour; now it starts again.
    clock.advance(3_600_000);
    const work = takeUpDuties(parts);
    await turns();
    for (let second = 0; second < 45; second += 15) {
      assert.equal(await stateOfRun(parts), 'claimed');
      clock.advance(15_000);
      await turns();
    }
    clock.advance(15_000);
    await turns();
    assert.equal(await stateOfRun(parts), 'lost');
    await work.close(0);
  });

  it('begin once the queue answers', async () => {
    const clock = new FakeClock();
    const real = memoryQueue({ clock, logger: silentLogger });
    const asked: string[] = [];
    let away = 2;
    const queue: Queue = {
      ready: (signal) => real.ready(signal),
      add: (...args) => real.add(...args),
      counts: () => real.counts(),
      close: () => real.close(),
      work: (...args) => real.work(...args),
      repeat: async (duty, everyMs) => {
        asked.push(duty);
        if ((away -= 1) >= 0) throw new Failure('queue.unavailable', 'connection refused');
        await real.repeat(duty, everyMs);
      },
    };
    const work = takeUpDuties(partsWith(clock, queue));
    for (let times = 0; times < 2; times += 1) {
      await turns();
      clock.advance(5000);
    }
    await turns();
    assert.deepEqual(asked, [...Array<string>(3).fill('settle-lost-runs'), 'forget-old-runs']);
    await work.close(0);
  });

  it('end while the queue is still away', async () => {
    const clock = new FakeClock();
    const real = memoryQueue({ clock, logger: silentLogger });
    const away = () => Promise.reject(new Failure('queue.unavailable', 'connection refused'));
    const queue: Queue = Object.assign(Object.create(real) as Queue, { repeat: away });
    const work = takeUpDuties(partsWith(clock, queue));
    await turns();
    await work.close(0);
  });
});

function partsWith(clock: FakeClock, queue: Queue): ControlParts {
  return {
    ...{ clock, queue, settingsProblems, allCapabilities },
    metadata: memoryMetadata(),
    logger: silentLogger,
    random: randomBytes,
    storages: storageKnowledge,
    sealingKeys: async () => [randomBytes(32)],
    leaseMs: LEASE_MS,
  };
}

async function lostRun(parts: ControlParts, clock: FakeClock): Promise<void> {
  const capabilities = { actions: ['backup'], modes: ['fs'], storages: ['local'], engines: ['tar'] };
  await registerClient(parts, actor, project, {
    ...{ clientId: 'web1', hostname: 'web1', capabilities, timezone: 'UTC', program: 'firn' },
  });
  const settings = { action: 'backup', path_to_backup: '/etc', backup_name: 'etc', container: '/b' };
  const { job } = await createJob(parts, actor, project, { clientId: 'web1', actions: [{ settings }] });
  await claimOccurrence(parts, actor, project, {
    ...{ clientId: 'web1', jobId: job.id, jobRevision: job.revision, occurrence: 'once:1' },
    ...{ dueAt: clock.now(), holder: 'h', claimId: 'c' },
  });
}

async function stateOfRun({ metadata }: ControlParts): Promise<string | undefined> {
  const { rows } = await metadata.transaction(({ runs }) => runs.list({ where: {} }));
  return rows[0]?.state;
}

/** Lets everything that is ready have its turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
