import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { JobId } from '#kernel';
import {
  acknowledgeJob,
  cancelRun,
  claimOccurrence,
  createJob,
  getJob,
  getRun,
  heartbeatRun,
  listBackups,
  listRuns,
  registerClient,
  reportRun,
  sendJobEvent,
  settleLostRuns,
  updateJob,
} from '../index.js';
import { rejection } from '../testing/failures.js';
import { plain } from '../testing/plain.js';
import {
  claimOf,
  MEMBER,
  PROJECT,
  registration,
  report,
  SERVICE,
  spec,
  stored,
  withClient,
  type Platform,
} from '../testing/platform.js';

const HOUR_MS = 3_600_000;

describe('the life of a run', () => {
  let here: Platform;
  let jobId: JobId;
  const job = async () => (await getJob(here.parts, MEMBER, PROJECT, jobId)).job;
  const claim = (rest: object = {}) =>
    claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(jobId, here.clock.now(), rest));
  const repeating = async () => {
    ({ id: jobId } = (
      await createJob(here.parts, MEMBER, PROJECT, spec({ schedule: { interval: '1 hours' } }))
    ).job);
  };
  /** Claims what is due after the next hour. */
  const nextClaim = (rest: object = {}) => {
    here.clock.advance(HOUR_MS);
    const occurrence = here.clock.now().toISOString();
    return claim({ occurrence, claimId: `c-${occurrence}`, ...rest });
  };
  beforeEach(async () => {
    here = await withClient();
    ({ id: jobId } = (await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'j' }))).job);
  });

  it('goes from a claim over heartbeats to a report, and takes its job along', async () => {
    const { run, job: claimed, leaseMs } = await claim();
    assert.deepEqual([run.state, run.fence, run.project, leaseMs], ['claimed', 1, PROJECT, 60_000]);
    assert.deepEqual([claimed.job.status, claimed.actions.length], ['running', 1]);
    here.clock.advance(20_000);
    const progress = { action: 0, attempt: 1, bytes: 5 };
    const beaten = await heartbeatRun(here.parts, SERVICE, PROJECT, run.id, { fence: 1, progress });
    assert.deepEqual([beaten.run.state, beaten.cancel], ['running', false]);
    const ended = await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ backups: [stored('b1')] }));
    assert.deepEqual([ended.state, ended.bytesRead, ended.bytesStored], ['succeeded', 100, 40]);
    const after = await job();
    assert.deepEqual(
      [after.status, after.result, after.startedAt],
      ['completed', 'success', new Date('2026-01-01T00:00:00Z')],
    );
  });

  it('answers the same claim with the same run, also when the job was stopped meanwhile', async () => {
    const { run } = await claim();
    await sendJobEvent(here.parts, MEMBER, PROJECT, jobId, 'stop');
    here.clock.advance(1000);
    const again = await claim();
    assert.deepEqual([again.run.id, again.run.fence], [run.id, 1]);
    assert.equal((await listRuns(here.parts, MEMBER, PROJECT)).total, 1);
  });

  it('gives an occurrence to one of two who want it at once', async () => {
    const claims = await Promise.allSettled([
      claim({ holder: 'a', claimId: 'a' }),
      claim({ holder: 'b', claimId: 'b' }),
    ]);
    const states = claims.map(({ status }) => status).sort();
    assert.deepEqual(states, ['fulfilled', 'rejected']);
    await rejection(claim({ claimId: 'c' }), 'run.already-claimed');
  });

  it('is not begun for another client, an unknown one, or a job that is not there', async () => {
    await registerClient(here.parts, SERVICE, PROJECT, registration('web2'));
    await rejection(claim({ clientId: 'web2' }), 'job.missing');
    await rejection(claim({ clientId: 'web9' }), 'job.missing');
    await rejection(claim({ jobId: 'none' }), 'job.missing');
  });

  it('is not begun for a job that is stopped, or for an occurrence that it does not have', async () => {
    await rejection(claim({ occurrence: 'once:2' }), 'run.transition-invalid');
    await rejection(claim({ occurrence: 'sometime' }), 'input.invalid');
    await sendJobEvent(here.parts, MEMBER, PROJECT, jobId, 'stop');
    await rejection(claim(), 'run.transition-invalid');
  });

  it('has the revision of the job as it is, though the scheduler knew an older one', async () => {
    await updateJob(here.parts, MEMBER, PROJECT, jobId, {
      actions: [{ settings: { action: 'exec', command: 'x' } }],
    });
    const { run, job: told } = await claim({ jobRevision: 1 });
    assert.deepEqual([run.jobRevision, told.actions[0]?.settings['command']], [2, 'x']);
  });

  it('records the backups of a report once, however often it is sent', async () => {
    const { run } = await claim();
    const told = report({ backups: [stored('b1'), stored('b2'), stored('b1')] });
    const first = await reportRun(here.parts, SERVICE, PROJECT, run.id, told);
    here.clock.advance(5000);
    assert.deepEqual(plain(await reportRun(here.parts, SERVICE, PROJECT, run.id, told)), plain(first));
    const { rows } = await listBackups(here.parts, MEMBER, PROJECT, { runId: run.id });
    assert.deepEqual(rows.map(({ metadata }) => metadata['backup_id']).sort(), ['b1', 'b2']);
    assert.deepEqual([rows[0]?.jobId, rows[0]?.clientId, rows[0]?.status], [jobId, 'web1', 'available']);
    await rejection(
      reportRun(here.parts, SERVICE, PROJECT, run.id, report({ state: 'failed' })),
      'run.transition-invalid',
    );
  });

  it('is over for a holder whose run was taken over', async () => {
    const { run } = await claim();
    here.clock.advance(60_001);
    const { run: taken } = await claim({ holder: 'h2', claimId: 'c2' });
    assert.deepEqual([taken.id, taken.fence, taken.wasLost], [run.id, 2, true]);
    await rejection(heartbeatRun(here.parts, SERVICE, PROJECT, run.id, { fence: 1 }), 'run.lease-lost');
    await rejection(
      reportRun(here.parts, SERVICE, PROJECT, run.id, report({ backups: [stored('b1')] })),
      'run.lease-lost',
    );
    assert.equal((await listBackups(here.parts, MEMBER, PROJECT)).total, 0);
    assert.equal(
      (await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ fence: 2 }))).state,
      'succeeded',
    );
  });

  it('is lost without a word, which fails its job; a late heartbeat has both live again', async () => {
    await repeating();
    const { run } = await nextClaim();
    here.clock.advance(60_001);
    assert.equal(await settleLostRuns(here.parts), 1);
    const lost = await job();
    assert.deepEqual([lost.status, lost.result], ['scheduled', 'fail']);
    assert.ok(
      here.log.some(({ words, facts }) => words === 'run lost' && 'run' in facts && facts.run === run.id),
    );

    assert.equal((await heartbeatRun(here.parts, SERVICE, PROJECT, run.id, { fence: 1 })).run.wasLost, true);
    assert.deepEqual([(await job()).status, (await job()).result], ['running', undefined]);
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ more: true }));
    assert.deepEqual([(await job()).status, (await job()).result], ['scheduled', 'success']);
  });

  it('moves its job no more when a newer one has begun', async () => {
    await repeating();
    const { run: first } = await nextClaim();
    here.clock.advance(60_001);
    await settleLostRuns(here.parts);
    const { run: second } = await nextClaim();
    await reportRun(here.parts, SERVICE, PROJECT, first.id, report({ state: 'failed', more: true }));
    assert.deepEqual([(await job()).status, (await job()).result], ['running', undefined]);
    await reportRun(here.parts, SERVICE, PROJECT, second.id, report({ more: true }));
    assert.deepEqual([(await job()).status, (await job()).result], ['scheduled', 'success']);
  });

  it('is cancelled by its holder when it is heard of, and at once when not', async () => {
    const { run } = await claim();
    const asked = await cancelRun(here.parts, MEMBER, PROJECT, run.id);
    assert.deepEqual([asked.state, asked.cancelRequestedBy], ['claimed', 'member']);
    here.clock.advance(60_001);
    const ended = await cancelRun(here.parts, MEMBER, PROJECT, run.id);
    assert.deepEqual(
      [ended.state, (await job()).status, (await job()).result],
      ['cancelled', 'completed', 'aborted'],
    );
    assert.deepEqual(plain(await cancelRun(here.parts, MEMBER, PROJECT, run.id)), plain(ended));
    await rejection(reportRun(here.parts, SERVICE, PROJECT, run.id, report()), 'run.transition-invalid');
  });

  it('that has ended is not cancelled', async () => {
    const { run } = await claim();
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report());
    await rejection(cancelRun(here.parts, MEMBER, PROJECT, run.id), 'run.transition-invalid');
  });

  it('goes on to its end when its job is stopped, and nothing comes after it', async () => {
    await repeating();
    const { run } = await nextClaim();
    await sendJobEvent(here.parts, MEMBER, PROJECT, jobId, 'stop');
    const note = { clientId: 'web1', event: 'stop', activation: 1, running: true } as const;
    await acknowledgeJob(here.parts, SERVICE, PROJECT, jobId, note);
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ more: true }));
    assert.deepEqual([(await job()).status, (await job()).result], ['stopped', 'success']);
    await rejection(nextClaim(), 'run.transition-invalid');
  });

  it('leaves its job live when that was started anew meanwhile, which its scheduler has noted', async () => {
    const { run } = await claim();
    await sendJobEvent(here.parts, MEMBER, PROJECT, jobId, 'start');
    const note = { clientId: 'web1', event: 'start', activation: 2, running: true } as const;
    await acknowledgeJob(here.parts, SERVICE, PROJECT, jobId, note);
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ more: false }));
    assert.deepEqual([(await job()).status, (await job()).result], ['scheduled', 'success']);
    assert.equal((await claim({ occurrence: 'once:2', claimId: 'c2' })).run.state, 'claimed');
  });

  it('is listed newest first, by job, client and state', async () => {
    await repeating();
    const { run: first } = await nextClaim();
    await reportRun(here.parts, SERVICE, PROJECT, first.id, report({ more: true }));
    const { run: second } = await nextClaim();
    const ids = async (options: object) =>
      (await listRuns(here.parts, MEMBER, PROJECT, options)).rows.map(({ id }) => id);
    assert.deepEqual(await ids({}), [second.id, first.id]);
    assert.deepEqual(await ids({ newestFirst: false, limit: 1 }), [first.id]);
    assert.deepEqual(await ids({ state: 'succeeded' }), [first.id]);
    assert.deepEqual(await ids({ jobId: 'none' }), []);
    assert.equal((await getRun(here.parts, MEMBER, PROJECT, first.id)).state, 'succeeded');
  });
});
