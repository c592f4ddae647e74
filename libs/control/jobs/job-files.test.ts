import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { JobId } from '#kernel';
import type { JobSpec } from '#node-protocol';
import {
  acknowledgeJob,
  claimOccurrence,
  createJob,
  deleteJob,
  getJob,
  listActions,
  listJobs,
  pollJobs,
  putJobFile,
  registerClient,
  removeJobFile,
  replaceJob,
  reportRun,
  sendJobEvent,
  updateAction,
  updateJob,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import { plain } from '../testing/plain.js';
import {
  BACKUP,
  claimOf,
  MEMBER,
  OTHER,
  actor,
  PROJECT,
  registration,
  report,
  SERVICE,
  spec,
  withClient,
  type Platform,
} from '../testing/platform.js';

const HOURLY = { interval: '1 hours' };

describe('job files', () => {
  let here: Platform;
  const put = (digest: string, rest: Partial<JobSpec> = {}, file = 'www.yaml') =>
    putJobFile(here.parts, SERVICE, PROJECT, file, { clientId: 'web1', digest, job: spec(rest) });
  const remove = (file = 'www.yaml') => removeJobFile(here.parts, SERVICE, PROJECT, file, 'web1');
  const now = async (id: JobId) => (await getJob(here.parts, MEMBER, PROJECT, id)).job;
  beforeEach(async () => {
    here = await withClient();
  });

  it('make a job whose id comes from project, client and file', async () => {
    const { job } = await put('d1');
    assert.match(job.id, /^[0-9a-f]{32}$/);
    assert.deepEqual(job.origin, { kind: 'file', file: 'www.yaml', digest: 'd1' });
    assert.notEqual((await put('d1', {}, 'db.yaml')).job.id, job.id);
    const there = await withClient();
    assert.equal(
      (
        await putJobFile(there.parts, SERVICE, PROJECT, 'www.yaml', {
          clientId: 'web1',
          digest: 'x',
          job: spec(),
        })
      ).job.id,
      job.id,
    );
  });

  it('that are put again as they are change nothing', async () => {
    const first = await put('d1', { schedule: HOURLY });
    here.clock.advance(1000);
    assert.deepEqual(plain(await put('d1', { schedule: HOURLY })), plain(first));
    const touched = await put('d2', { schedule: HOURLY });
    assert.deepEqual(plain([touched.job.revision, touched.actions]), plain([1, first.actions]));
  });

  it('that change bring their job up to date, and leave no actions behind', async () => {
    const { job } = await put('d1', { schedule: HOURLY });
    const changed = await put('d2', {
      schedule: { hour: '3' },
      actions: [{ settings: { ...BACKUP, container: '/new' } }],
    });
    assert.deepEqual(
      [changed.job.id, changed.job.revision, changed.job.schedule],
      [job.id, 2, { hour: '3' }],
    );
    assert.equal((await listActions(here.parts, MEMBER, PROJECT)).total, 1);
  });

  it('keep the id of an action that they name, when they change it', async () => {
    await put('d1', { actions: [{ id: 'nightly', settings: BACKUP }] });
    const changed = await put('d2', {
      actions: [{ id: 'nightly', settings: { ...BACKUP, container: '/new' } }],
    });
    assert.deepEqual(
      [changed.actions[0]?.id, changed.actions[0]?.settings['container']],
      ['nightly', '/new'],
    );
  });

  it('may name an id, unless it is that of another job', async () => {
    assert.equal((await put('d1', { id: 'www' })).job.id, 'www');
    assert.equal((await put('d2', { id: 'www' })).job.revision, 1);
    assert.deepEqual(await problems(put('d1', { id: 'www' }, 'db.yaml')), [
      'id: "www" is taken by another job',
    ]);
    await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'mine' }));
    assert.deepEqual(await problems(put('d1', { id: 'mine' }, 'db.yaml')), [
      'id: "mine" is taken by another job',
    ]);
    await registerClient(here.parts, actor('service', OTHER), OTHER, registration('web1'));
    const foreign = putJobFile(here.parts, actor('service', OTHER), OTHER, 'www.yaml', {
      clientId: 'web1',
      digest: 'd',
      job: spec({ id: 'www' }),
    });
    assert.deepEqual(await problems(foreign), ['id: "www" is taken by another job']);
  });

  it('that name another id than before stop the job that they said', async () => {
    const { job: before } = await put('d1', { schedule: HOURLY });
    const { job: after } = await put('d2', { id: 'www', schedule: HOURLY });
    assert.deepEqual([(await now(before.id)).status, after.status], ['stopped', 'new']);
  });

  it('are for the client that has them, and are refused with everything else that is wrong', async () => {
    await registerClient(here.parts, SERVICE, PROJECT, registration('web2'));
    const found = await problems(put('d1', { clientId: 'web2', actions: [{ settings: {} }] }));
    assert.deepEqual(found, [
      'clientId: must be "web1": a job file is for the client that has it',
      'actions.0.settings.container: is missing',
    ]);
    assert.equal((await listJobs(here.parts, MEMBER, PROJECT)).total, 0);
  });

  it('that become invalid leave their job as it was', async () => {
    const { job } = await put('d1');
    await rejection(put('d2', { actions: [{ settings: {} }] }), 'input.invalid');
    assert.deepEqual(plain(await now(job.id)), plain(job));
  });

  it('have the say: their job and its actions are not edited or deleted elsewhere, but take events', async () => {
    const { job, actions } = await put('d1');
    const edits = [
      updateJob(here.parts, MEMBER, PROJECT, job.id, { description: 'x' }),
      replaceJob(here.parts, MEMBER, PROJECT, job.id, spec()),
      deleteJob(here.parts, MEMBER, PROJECT, job.id),
      updateAction(here.parts, MEMBER, PROJECT, actions[0]!.id, { mandatory: true }),
    ];
    for (const edit of edits)
      assert.match((await rejection(edit, 'input.invalid')).message, /job file "www.yaml" of client "web1"/);
    assert.equal(await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'start'), 'success');
  });

  it('that go stop their job, which then can be edited and deleted', async () => {
    const { job } = await put('d1', { schedule: HOURLY });
    assert.deepEqual(await remove(), { stopped: true });
    assert.deepEqual(await remove(), { stopped: false });
    assert.deepEqual(await remove('never.yaml'), { stopped: false });
    assert.equal((await now(job.id)).status, 'stopped');
    assert.deepEqual((await pollJobs(here.parts, SERVICE, PROJECT, 'web1')).jobs, []);
    await updateJob(here.parts, MEMBER, PROJECT, job.id, { description: 'kept' });
    assert.equal((await now(job.id)).status, 'stopped');
    assert.equal(await deleteJob(here.parts, MEMBER, PROJECT, job.id), true);
  });

  it('that come back have their job go on', async () => {
    const { job } = await put('d1', { schedule: HOURLY });
    await remove();
    here.clock.advance(5000);
    const again = await put('d1', { schedule: HOURLY });
    assert.deepEqual([again.job.id, again.job.status, again.job.revision], [job.id, 'new', 1]);
    assert.deepEqual(again.job.activation, { count: 1, at: here.clock.now() });
  });

  it('that come back do not have run again what has run once', async () => {
    const { job } = await put('d1');
    const { run } = await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(job.id, here.clock.now()));
    await remove();
    assert.equal((await now(job.id)).status, 'stopped');
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report());
    assert.equal((await put('d1')).job.status, 'completed');
    await remove();
    assert.equal((await put('d1')).job.status, 'completed');
  });

  it('leave stopped what a person has stopped', async () => {
    const { job } = await put('d1', { schedule: HOURLY });
    await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'stop');
    const note = { clientId: 'web1', event: 'stop', activation: 1, running: false } as const;
    assert.equal((await acknowledgeJob(here.parts, SERVICE, PROJECT, job.id, note)).job.status, 'stopped');
    assert.equal((await put('d1', { schedule: HOURLY })).job.status, 'stopped');
    assert.equal((await put('d2', { schedule: { hour: '4' } })).job.status, 'stopped');
  });
});
