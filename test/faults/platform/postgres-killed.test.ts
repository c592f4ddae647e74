import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { PlatformFixture } from '#test/support';
import { linesOf, noting } from './gate.js';
import { postgresIn } from './postgres-processes.js';

const WRITERS = 3;
const KILLS = 2;
/** What each writer gets through between two deaths, and after the last one. */
const WRITES = 10;
const RUNNERS = 2;

describe('an embedded PostgreSQL that is killed with SIGKILL under load', function () {
  this.timeout(180_000);
  let platform: PlatformFixture;
  before(async () => {
    platform = await PlatformFixture.start({ concurrentJobs: 2, leaseSeconds: 10 });
  });
  after(() => platform[Symbol.asyncDispose]());

  const postgres = () => postgresIn(join(platform.state, 'postgres'));

  it('is started again, and nothing that was acknowledged is lost', async () => {
    const acknowledged = new Map<string, string>();
    const refused: string[] = [];
    let over = false;

    /** Makes documents, one after the other, and keeps every one that was acknowledged. */
    async function write(writer: number): Promise<void> {
      for (let n = 0; !over; n += 1) {
        const id = `w${writer}-${n}`;
        try {
          const { settings } = await platform.api.actions.create({ id, settings: settingsOf(id) });
          acknowledged.set(id, JSON.stringify(settings));
        } catch (error) {
          refused.push(isFailure(error) ? error.code : String(error));
        }
      }
    }

    /** A job that runs over and over, each time once. */
    const file = (runner: number) => join(platform.data, `runner-${runner}`);
    const jobs = await Promise.all(
      Array.from({ length: RUNNERS }, (_, runner) =>
        platform.makeJob([noting(file(runner))], { schedule: { interval: '1 seconds' } }),
      ),
    );
    const runsOfAll = async () => (await Promise.all(jobs.map(({ id }) => platform.runsOf(id)))).flat();
    const ended = async () => (await runsOfAll()).filter(({ state }) => state === 'succeeded').length;

    const writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const [before, known] = [await ended(), acknowledged.size];
        await platform.until('load', async () =>
          acknowledged.size >= known + WRITES * WRITERS && (await ended()) > before ? true : undefined,
        );
        const died = postgres().postmaster;
        process.kill(died, 'SIGKILL');
        await platform.apiProcess.until('restarting', ({ log }) =>
          log.filter(({ msg }) => msg === 'database restarted').length > kill ? true : undefined,
        );
        assert.notEqual(postgres().postmaster, died);
      }
      // PostgreSQL answers the death of one of its own by ending all connections, and recovers by itself.
      const [backend] = postgres().backends;
      process.kill(backend!, 'SIGKILL');
      const [before, known] = [await platform.until('an answer', ended), acknowledged.size];
      await platform.until('work goes on', async () =>
        acknowledged.size >= known + WRITES && (await ended()) > before ? true : undefined,
      );
    } finally {
      over = true;
      await writing;
    }

    for (const job of jobs) await platform.api.sendJobEvent(job.id, 'stop');
    await platform.until('all is reported', async () => platform.journal().length === 0 || undefined);
    const kept = new Map<string, string>();
    for await (const { id, settings } of platform.api.actions.all()) kept.set(id, JSON.stringify(settings));
    for (const [id, settings] of acknowledged) assert.equal(kept.get(id), settings, `${id} was acknowledged`);
    assert.ok(refused.length > 0, 'some requests met the outage');
    assert.deepEqual([...new Set(refused)], ['metadata.unavailable']);

    for (const [runner, job] of jobs.entries()) {
      const runs = await platform.runsOf(job.id);
      assert.deepEqual([...new Set(runs.map(({ state }) => state))], ['succeeded']);
      assert.equal(new Set(runs.map(({ occurrence }) => occurrence)).size, runs.length);
      assert.deepEqual(
        [linesOf(file(runner)).length, runs.every(({ attempts }) => attempts.length === 1)],
        [runs.length, true],
        'one run, one line',
      );
    }
  });
});

function settingsOf(id: string): Record<string, unknown> {
  return { action: 'exec', command: ['echo', id] };
}
