import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Run } from '#domain';
import type { JobId, RunId } from '#kernel';
import {
  claimOccurrence,
  createJob,
  dutyHandlers,
  duties,
  forgetOldRuns,
  heartbeatRun,
  listRuns,
  platformTotals,
  reportRun,
  settleLostRuns,
} from '../index.js';
import {
  claimOf,
  MEMBER,
  PROJECT,
  report,
  SERVICE,
  spec,
  stored,
  withClient,
  type Platform,
} from '../testing/platform.js';

const DAY_MS = 86_400_000;

async function claimed(here: Platform, id: string): Promise<Run> {
  await createJob(here.parts, MEMBER, PROJECT, spec({ id }));
  return (await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(id, here.clock.now()))).run;
}

it('the duty to settle lost runs comes four times a lease, and neither too often nor too rarely', () => {
  const every = (leaseMs: number) =>
    duties({ leaseMs }).find(({ name }) => name === 'settle-lost-runs')?.everyMs;
  assert.deepEqual([1000, 20_000, 60_000, 900_000].map(every), [1000, 5000, 15_000, 15_000]);
});

describe('the duties of the control plane', () => {
  it('all have a handler', async () => {
    const { parts } = await withClient();
    assert.deepEqual(
      Object.keys(dutyHandlers(parts)),
      duties({ leaseMs: 60_000 }).map(({ name }) => name),
    );
  });

  it('settle every lost run, over pages, and no other', async () => {
    const here = await withClient();
    for (let i = 0; i < 230; i += 1) await claimed(here, `j${i}`);
    here.clock.advance(30_000);
    const alive = await claimed(here, 'alive');
    here.clock.advance(30_001);
    assert.equal(await settleLostRuns(here.parts), 230);
    assert.equal(await settleLostRuns(here.parts), 0);
    const { rows } = await listRuns(here.parts, MEMBER, PROJECT, { state: 'claimed' });
    assert.deepEqual(
      rows.map(({ id }) => id),
      [alive.id],
    );
  });

  it('do not settle a run that was heard of meanwhile', async () => {
    const here = await withClient();
    const run = await claimed(here, 'j');
    here.clock.advance(60_001);
    await heartbeatRun(here.parts, SERVICE, PROJECT, run.id, { fence: 1 });
    assert.equal(await settleLostRuns(here.parts), 0);
  });

  it('forget what is old, but nothing of the newest thousand of a job, nor what is active', async () => {
    const here = await withClient();
    const sample = await claimed(here, 'j');
    const from = here.clock.now().getTime();
    await here.parts.metadata.transaction(async ({ runs }) => {
      for (let i = 0; i < 1100; i += 1) {
        const createdAt = new Date(from + i + 1);
        const own = {
          id: `r${i}` as RunId,
          occurrence: createdAt.toISOString(),
          createdAt,
          state: 'succeeded',
        };
        await runs.insert({ ...sample, ...own } as Run);
        if (i < 5) await runs.insert({ ...sample, ...own, id: `s${i}` as RunId, jobId: 'k' as JobId } as Run);
      }
    });
    assert.equal(await forgetOldRuns(here.parts), 0);
    here.clock.advance(91 * DAY_MS);
    assert.equal(await forgetOldRuns(here.parts), 100);
    assert.equal(await forgetOldRuns(here.parts), 0);
    const { total } = await listRuns(here.parts, MEMBER, PROJECT, { jobId: 'j' });
    assert.equal(total, 1001);
    assert.equal((await listRuns(here.parts, MEMBER, PROJECT, { jobId: 'k' })).total, 5);
  });

  it('count what there is', async () => {
    const here = await withClient();
    const run = await claimed(here, 'a');
    await claimed(here, 'b');
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ backups: [stored('b1')] }));
    const { runs, ...rest } = await platformTotals(here.parts);
    assert.deepEqual(rest, { bytesRead: 100, bytesStored: 40, clients: 1, jobs: 2, backups: 1 });
    assert.deepEqual(
      runs.map(({ state, runs: count }) => [state, count]),
      [
        ['claimed', 1],
        ['succeeded', 1],
      ],
    );
  });
});
