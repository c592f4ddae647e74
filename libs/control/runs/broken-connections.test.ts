import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure, type JobId } from '#kernel';
import { memoryMetadata } from '#metadata';
import {
  acknowledgeJob,
  claimOccurrence,
  createJob,
  getJob,
  listActions,
  listBackups,
  listJobs,
  listRuns,
  putJobFile,
  reportRun,
  requestRestore,
  settleLostRuns,
} from '../index.js';
import { failingMetadata, type FailingMetadata } from '../testing/failing-metadata.js';
import { plain } from '../testing/plain.js';
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

const NOW = new Date('2026-01-01T00:00:00Z');
const TOLD = report({ backups: [stored('b1'), stored('b2')] });
const claim = ({ parts }: Platform) => claimOccurrence(parts, SERVICE, PROJECT, claimOf('j', NOW));

/** Everything that anybody could see. */
async function seen({ parts }: Platform): Promise<unknown> {
  const lists = [listJobs, listActions, listRuns, listBackups].map((list) => list(parts, MEMBER, PROJECT));
  return plain(await Promise.all(lists));
}

type Act = (here: Platform) => Promise<unknown>;
const nothing: Act = async () => undefined;

const ACTS: readonly [string, Act, Act][] = [
  ['a job that is made', nothing, ({ parts }) => createJob(parts, MEMBER, PROJECT, spec({ id: 'k' }))],
  ['a claim', nothing, claim],
  [
    'a take-over',
    async (here) => {
      await claim(here);
      here.clock.advance(60_001);
    },
    ({ parts }) =>
      claimOccurrence(parts, SERVICE, PROJECT, claimOf('j', NOW, { holder: 'h2', claimId: 'c2' })),
  ],
  [
    'a report',
    claim,
    async ({ parts }) => {
      const { rows } = await parts.metadata.transaction(({ runs }) => runs.list({ where: {} }));
      return reportRun(parts, SERVICE, PROJECT, rows[0]!.id, TOLD);
    },
  ],
  [
    'a note',
    nothing,
    ({ parts }) =>
      acknowledgeJob(parts, SERVICE, PROJECT, 'j' as JobId, {
        clientId: 'web1',
        activation: 1,
        running: false,
      }),
  ],
  [
    'a job file',
    nothing,
    ({ parts }) => putJobFile(parts, SERVICE, PROJECT, 'f', { clientId: 'web1', digest: 'd', job: spec() }),
  ],
  [
    'a restore',
    async (here) => {
      const { run } = await claim(here);
      await reportRun(here.parts, SERVICE, PROJECT, run.id, TOLD);
    },
    ({ parts }) => requestRestore(parts, MEMBER, PROJECT, { backupId: 'b1', target: '/t' }),
  ],
];

describe('when the connection breaks at any moment', () => {
  for (const [what, before, act] of ACTS) {
    it(`${what} leaves nothing half done, and works when it comes again`, async () => {
      let nth = 1;
      for (; ; nth += 1) {
        const metadata = failingMetadata(memoryMetadata());
        const here = await prepared(metadata, before);
        const state = await seen(here);
        metadata.failNext(nth);
        const broken = await failure(act(here));
        if (!metadata.failed) {
          assert.equal(broken, undefined);
          break;
        }
        assert.equal(broken, 'metadata.unavailable', `call ${nth}`);
        assert.deepEqual(await seen(here), state, `call ${nth}`);
        await act(here);
        assert.deepEqual(await countsOf(here), await countsOf(await done(before, act)), `call ${nth}`);
      }
      assert.ok(nth > 3, `${nth} calls`);
    });
  }

  it('what is lost is settled by the next turn, and the rest by this one', async () => {
    for (let nth = 1; ; nth += 1) {
      const metadata = failingMetadata(memoryMetadata());
      const here = await prepared(metadata, claim);
      await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'k' }));
      await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf('k', NOW));
      here.clock.advance(60_001);
      metadata.failNext(nth);
      await settleLostRuns(here.parts).catch(() => undefined);
      const { failed } = metadata;
      metadata.failNext(Infinity);
      await settleLostRuns(here.parts);
      const { total } = await listRuns(here.parts, MEMBER, PROJECT, { state: 'lost' });
      assert.equal(total, 2, `call ${nth}`);
      const { job } = await getJob(here.parts, MEMBER, PROJECT, 'j' as JobId);
      assert.deepEqual([job.status, job.result], ['completed', 'fail']);
      if (!failed) return;
    }
  });
});

async function prepared(metadata: FailingMetadata, before: Act): Promise<Platform> {
  const here = await withClient(metadata);
  await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'j' }));
  await before(here);
  return here;
}

async function done(before: Act, act: Act): Promise<Platform> {
  const here = await prepared(failingMetadata(memoryMetadata()), before);
  await act(here);
  return here;
}

/** Without ids, which differ. */
async function countsOf(here: Platform): Promise<unknown> {
  const all = (await seen(here)) as readonly { total: number }[];
  const { rows } = await listJobs(here.parts, MEMBER, PROJECT);
  return [all.map(({ total }) => total), rows.map(({ job }) => [job.status, job.result, job.revision])];
}

async function failure(act: Promise<unknown>): Promise<string | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    if (isFailure(error)) return error.code;
    throw error;
  }
}
