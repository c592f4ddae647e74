import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { SessionId } from '#kernel';
import {
  addSessionJob,
  claimOccurrence,
  createJob,
  createSession,
  deleteJob,
  deleteSession,
  getJob,
  getSession,
  listSessions,
  putJobFile,
  removeSessionJob,
  replaceSession,
  updateSession,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import { claimOf, MEMBER, PROJECT, SERVICE, spec, withClient, type Platform } from '../testing/platform.js';

const NIGHTLY = { hour: '2' };

describe('sessions', () => {
  let here: Platform;
  const create = (schedule: object = NIGHTLY) => createSession(here.parts, MEMBER, PROJECT, { schedule });
  beforeEach(async () => {
    here = await withClient();
  });

  it('are active, without jobs, at tag 0 and with a hold-off of 30 seconds', async () => {
    const session = await create();
    assert.deepEqual([session.status, session.jobs, session.tag, session.holdOff], ['active', {}, 0, 30]);
    assert.deepEqual((await listSessions(here.parts, MEMBER, PROJECT)).rows, [session]);
    assert.match((await problems(create({ hour: '99' }))).join(), /^schedule.hour: /);
  });

  it('give a job their schedule and tag, and leave it its state', async () => {
    const session = await create();
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec());
    await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(job.id, here.clock.now()));
    const { jobs } = await addSessionJob(here.parts, MEMBER, PROJECT, session.id, job.id);
    assert.deepEqual([jobs[job.id]?.status, jobs[job.id]?.clientId], ['running', 'web1']);
    const { job: joined } = await getJob(here.parts, MEMBER, PROJECT, job.id);
    assert.deepEqual(
      [joined.sessionId, joined.schedule, joined.status, joined.revision],
      [session.id, NIGHTLY, 'running', 2],
    );
  });

  it('that say nothing of when leave a job its own schedule, and so does a job file', async () => {
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec({ schedule: { hour: '5' } }));
    await addSessionJob(here.parts, MEMBER, PROJECT, (await create({})).id, job.id);
    assert.deepEqual((await getJob(here.parts, MEMBER, PROJECT, job.id)).job.schedule, { hour: '5' });
    const filed = await putJobFile(here.parts, SERVICE, PROJECT, 'f', {
      clientId: 'web1',
      digest: 'd',
      job: spec({ schedule: { hour: '6' } }),
    });
    await addSessionJob(here.parts, MEMBER, PROJECT, (await create()).id, filed.job.id);
    assert.deepEqual((await getJob(here.parts, MEMBER, PROJECT, filed.job.id)).job.schedule, { hour: '6' });
  });

  it('lose a job to another session, and when it is deleted', async () => {
    const [first, second] = [await create(), await create()];
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec());
    await addSessionJob(here.parts, MEMBER, PROJECT, first.id, job.id);
    await addSessionJob(here.parts, MEMBER, PROJECT, second.id, job.id);
    const jobsOf = async (id: SessionId) =>
      Object.keys((await getSession(here.parts, MEMBER, PROJECT, id)).jobs);
    assert.deepEqual([await jobsOf(first.id), await jobsOf(second.id)], [[], [job.id]]);
    await deleteJob(here.parts, MEMBER, PROJECT, job.id);
    assert.deepEqual(await jobsOf(second.id), []);
  });

  it('let a job go with its schedule, asked to stop', async () => {
    const session = await create();
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec());
    await addSessionJob(here.parts, MEMBER, PROJECT, session.id, job.id);
    assert.deepEqual((await removeSessionJob(here.parts, MEMBER, PROJECT, session.id, job.id)).jobs, {});
    const { job: alone } = await getJob(here.parts, MEMBER, PROJECT, job.id);
    assert.deepEqual([alone.sessionId, alone.event, alone.schedule], [undefined, 'stop', NIGHTLY]);
    await rejection(removeSessionJob(here.parts, MEMBER, PROJECT, session.id, job.id), 'job.missing');
  });

  it('are changed and replaced with their jobs kept, or made', async () => {
    const session = await create();
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec());
    await addSessionJob(here.parts, MEMBER, PROJECT, session.id, job.id);
    const updated = await updateSession(here.parts, MEMBER, PROJECT, session.id, { holdOff: 9 });
    assert.deepEqual([updated.holdOff, updated.schedule], [9, NIGHTLY]);
    const { session: replaced, created } = await replaceSession(here.parts, MEMBER, PROJECT, session.id, {});
    assert.deepEqual(
      [replaced.holdOff, replaced.schedule, Object.keys(replaced.jobs), created],
      [30, {}, [job.id], false],
    );
    assert.equal((await replaceSession(here.parts, MEMBER, PROJECT, 's9' as SessionId, {})).created, true);
    await rejection(createSession(here.parts, MEMBER, PROJECT, { id: 's9' }), 'metadata.duplicate');
  });

  it('that are deleted leave their jobs to themselves', async () => {
    const session = await create();
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec());
    await addSessionJob(here.parts, MEMBER, PROJECT, session.id, job.id);
    assert.equal(await deleteSession(here.parts, MEMBER, PROJECT, session.id), true);
    assert.equal(await deleteSession(here.parts, MEMBER, PROJECT, session.id), false);
    const { job: alone } = await getJob(here.parts, MEMBER, PROJECT, job.id);
    assert.deepEqual([alone.sessionId, alone.sessionTag, alone.status], [undefined, 0, 'new']);
  });
});
