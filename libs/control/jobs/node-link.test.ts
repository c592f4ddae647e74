import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { JobId } from '#kernel';
import {
  acknowledgeJob,
  cancelRun,
  claimOccurrence,
  createClient,
  createJob,
  getClient,
  getJob,
  heartbeatRun,
  pollJobs,
  registerClient,
  reportRun,
  sendJobEvent,
} from '../index.js';
import { rejection } from '../testing/failures.js';
import {
  actor,
  ADMIN,
  claimOf,
  MEMBER,
  OTHER,
  PROJECT,
  registration,
  report,
  SERVICE,
  spec,
  withClient,
  type Platform,
} from '../testing/platform.js';

describe('a poll', () => {
  let here: Platform;
  const poll = async (clientId = 'web1') => {
    const { jobs, cancel } = await pollJobs(here.parts, SERVICE, PROJECT, clientId);
    return { jobs: jobs.map(({ job }) => job.id), cancel };
  };
  beforeEach(async () => {
    here = await withClient();
  });

  it('tells the jobs of a client that are live or carry an event, and no others', async () => {
    await registerClient(here.parts, SERVICE, PROJECT, registration('web2'));
    await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'theirs', clientId: 'web2' }));
    await createJob(
      here.parts,
      MEMBER,
      PROJECT,
      spec({ id: 'over', schedule: { date: '2020-01-01T00:00:00Z' } }),
    );
    await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'live' }));
    assert.deepEqual((await poll()).jobs, ['live']);
    await sendJobEvent(here.parts, MEMBER, PROJECT, 'over' as JobId, 'stop');
    assert.deepEqual((await poll()).jobs, ['live', 'over']);
    await acknowledgeJob(here.parts, SERVICE, PROJECT, 'over' as JobId, {
      clientId: 'web1',
      event: 'stop',
      activation: 1,
      running: false,
    });
    assert.deepEqual((await poll()).jobs, ['live']);
  });

  it('tells which runs are to be stopped, until they have', async () => {
    await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'j' }));
    const { run } = await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf('j', here.clock.now()));
    assert.deepEqual((await poll()).cancel, []);
    await cancelRun(here.parts, MEMBER, PROJECT, run.id);
    assert.deepEqual((await poll()).cancel, [run.id]);
    assert.equal((await heartbeatRun(here.parts, SERVICE, PROJECT, run.id, { fence: 1 })).cancel, true);
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ state: 'cancelled' }));
    assert.deepEqual((await poll()).cancel, []);
  });

  it('is remembered as the last word of the client', async () => {
    here.clock.advance(30_000);
    await poll();
    assert.deepEqual((await getClient(here.parts, MEMBER, PROJECT, 'web1')).seenAt, here.clock.now());
    await rejection(poll('web9'), 'client.missing');
  });

  it('of a central client tells the jobs of every project that has no client of that name itself', async () => {
    await createClient(here.parts, ADMIN, PROJECT, { clientId: 'vault', hostname: 'vault', central: true });
    const [there, third] = [actor('member', OTHER), actor('member', 'p3' as typeof OTHER)];
    await createJob(here.parts, there, OTHER, spec({ id: 'of-other', clientId: 'vault' }));
    await registerClient(here.parts, actor('service', third.project), third.project, registration('vault'));
    await createJob(here.parts, third, third.project, spec({ id: 'of-third', clientId: 'vault' }));
    assert.deepEqual((await poll('vault')).jobs, ['of-other']);

    const claim = (jobId: string) =>
      claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(jobId, here.clock.now(), { clientId: 'vault' }));
    const { run } = await claim('of-other');
    assert.equal(run.project, OTHER);
    await heartbeatRun(here.parts, SERVICE, PROJECT, run.id, { fence: 1 });
    await cancelRun(here.parts, there, OTHER, run.id);
    assert.deepEqual((await poll('vault')).cancel, [run.id]);
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ state: 'cancelled' }));
    await rejection(claim('of-third'), 'job.missing');
  });
});

describe('an acknowledgement', () => {
  it('completes a job that waits for nothing, and not one that still has its one run before it', async () => {
    const here = await withClient();
    const note = (id: string, activation = 1) =>
      acknowledgeJob(here.parts, SERVICE, PROJECT, id as JobId, {
        clientId: 'web1',
        activation,
        running: false,
      });
    await createJob(here.parts, MEMBER, PROJECT, spec({ id: 'once' }));
    await createJob(
      here.parts,
      MEMBER,
      PROJECT,
      spec({ id: 'soon', schedule: { date: '2026-01-01T00:00:10Z' } }),
    );
    here.clock.advance(7_200_000);
    assert.equal((await note('once')).job.status, 'scheduled');
    assert.equal((await note('soon')).job.status, 'completed');
  });

  it('of another client is refused', async () => {
    const here = await withClient();
    await registerClient(here.parts, SERVICE, PROJECT, registration('web2'));
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec());
    const note = { clientId: 'web2', activation: 1, running: false };
    await rejection(acknowledgeJob(here.parts, SERVICE, PROJECT, job.id, note), 'job.missing');
    assert.equal((await getJob(here.parts, MEMBER, PROJECT, job.id)).job.status, 'new');
  });
});
