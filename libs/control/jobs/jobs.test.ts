import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { JobId } from '#kernel';
import {
  claimOccurrence,
  createAction,
  createJob,
  createSession,
  deleteJob,
  getJob,
  getRun,
  getSession,
  listActions,
  listJobs,
  pollJobs,
  registerClient,
  recordJobState,
  replaceJob,
  reportRun,
  sendJobEvent,
  updateJob,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import { plain } from '../testing/plain.js';
import {
  BACKUP,
  caps,
  claimOf,
  MEMBER,
  PROJECT,
  registration,
  report,
  SERVICE,
  spec,
  withClient,
  type Platform,
} from '../testing/platform.js';

const HOURLY = { interval: '1 hours' };

describe('jobs', () => {
  let here: Platform;
  const create = (rest: Parameters<typeof spec>[0] = {}) =>
    createJob(here.parts, MEMBER, PROJECT, spec(rest));
  const update = (id: JobId, patch: Parameters<typeof updateJob>[4]) =>
    updateJob(here.parts, MEMBER, PROJECT, id, patch);
  const actionsNow = async () => (await listActions(here.parts, MEMBER, PROJECT)).rows.map(({ id }) => id);
  const runOnce = async (id: JobId, more = false) => {
    const { run } = await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(id, here.clock.now()));
    return reportRun(here.parts, SERVICE, PROJECT, run.id, report({ more }));
  };
  beforeEach(async () => {
    here = await withClient();
  });

  it('are new, with their actions, the first activation and the zone of their client', async () => {
    await registerClient(here.parts, SERVICE, PROJECT, registration('web1', { timezone: 'Europe/Berlin' }));
    const { job, actions, timezone } = await create({ description: 'shop', schedule: HOURLY });
    assert.deepEqual([job.status, job.revision, job.origin], ['new', 1, { kind: 'api' }]);
    assert.deepEqual(job.activation, { count: 1, at: here.clock.now() });
    assert.deepEqual([actions[0]?.settings, actions[0]?.maxRetries], [BACKUP, 5]);
    assert.equal(timezone, 'Europe/Berlin');
    assert.deepEqual(
      plain(await getJob(here.parts, MEMBER, PROJECT, job.id)),
      plain({ job, actions, timezone }),
    );
  });

  it('are refused with everything that is wrong with them at once', async () => {
    await registerClient(
      here.parts,
      SERVICE,
      PROJECT,
      registration('web2', { capabilities: caps({ storages: ['local'] }) }),
    );
    const actions = [
      { settings: { action: 'backup', storage: 'sftp' } },
      { id: 'nowhere' },
      { settings: { action: 'baccup', container: '/c' } },
    ];
    const found = await problems(
      create({ clientId: 'web2', actions, schedule: { hour: '25' }, sessionId: 's9' }),
    );
    assert.deepEqual(
      found.map((each) => each.slice(0, each.indexOf(':'))),
      [
        'actions.1.id',
        'actions.0.settings.container',
        'actions.0.settings.storage',
        'actions.2.settings.action',
        'actions.2.settings.action',
        'schedule.hour',
        'sessionId',
      ],
    );
    assert.equal((await listJobs(here.parts, MEMBER, PROJECT)).total, 0);
    assert.deepEqual(await actionsNow(), []);
  });

  it('of an unknown client are told the nearest name', async () => {
    const [problem] = await problems(create({ clientId: 'wep1' }));
    assert.equal(problem, 'clientId: no client "wep1" (did you mean "web1"?)');
  });

  it('with an id that is taken are refused', async () => {
    await create({ id: 'j1' });
    await rejection(create({ id: 'j1' }), 'job.exists');
  });

  it('that have nothing to come are completed from the start', async () => {
    assert.equal((await create({ schedule: { date: '2020-01-01T00:00:00Z' } })).job.status, 'completed');
    assert.equal((await create({ schedule: { date: '2026-01-02T00:00:00Z' } })).job.status, 'new');
  });

  it('keep their schedule, and all else, where a change says nothing of it', async () => {
    const { job, actions } = await create({ schedule: HOURLY, description: 'a' });
    const changed = await update(job.id, { description: 'b' });
    assert.deepEqual([changed.job.schedule, changed.job.description, changed.job.revision], [HOURLY, 'b', 1]);
    assert.deepEqual(plain(changed.actions), plain(actions));
  });

  it('rise in revision with their schedule, which then counts from now', async () => {
    const { job } = await create({ schedule: HOURLY });
    here.clock.advance(5000);
    const { job: changed } = await update(job.id, { schedule: { interval: '2 hours' } });
    assert.deepEqual([changed.revision, changed.activation], [2, { count: 1, at: here.clock.now() }]);
  });

  it('that ran once do not run again by an edit, but do when they get a schedule', async () => {
    const { job } = await create();
    await runOnce(job.id);
    assert.equal((await getJob(here.parts, MEMBER, PROJECT, job.id)).job.status, 'completed');
    assert.equal((await update(job.id, { description: 'x' })).job.status, 'completed');
    assert.equal(
      (await update(job.id, { schedule: { endDate: '2027-01-01T00:00:00Z' } })).job.status,
      'completed',
    );
    assert.equal((await update(job.id, { schedule: HOURLY })).job.status, 'new');
    // Back to once: that has run, under the same activation.
    assert.equal((await update(job.id, { schedule: {} })).job.status, 'completed');
  });

  it('are replaced whole, with their state and activation kept, or made', async () => {
    const { job } = await create({ description: 'a', schedule: HOURLY });
    const replaced = await replaceJob(here.parts, MEMBER, PROJECT, job.id, spec());
    assert.deepEqual(
      [replaced.created, replaced.job.job.description, replaced.job.job.schedule],
      [false, '', {}],
    );
    const made = await replaceJob(here.parts, MEMBER, PROJECT, 'j2' as JobId, spec());
    assert.deepEqual([made.created, made.job.job.id], [true, 'j2']);
    const [problem] = await problems(
      replaceJob(here.parts, MEMBER, PROJECT, 'j2' as JobId, spec({ id: 'j3' })),
    );
    assert.equal(problem, 'id: must be "j2", or missing');
  });

  it('are listed by client, session and status, in pages', async () => {
    await registerClient(here.parts, SERVICE, PROJECT, registration('web2'));
    const { id: sessionId } = await createSession(here.parts, MEMBER, PROJECT, {});
    await create({ id: 'a' });
    here.clock.advance(1);
    await create({ id: 'b', clientId: 'web2', sessionId });
    here.clock.advance(1);
    await create({ id: 'c', schedule: { date: '2020-01-01T00:00:00Z' } });
    const ids = async (options: object) =>
      (await listJobs(here.parts, MEMBER, PROJECT, options)).rows.map(({ job }) => job.id);
    assert.deepEqual(await ids({}), ['a', 'b', 'c']);
    assert.deepEqual(await ids({ newestFirst: true, limit: 2 }), ['c', 'b']);
    assert.deepEqual(await ids({ clientId: 'web2' }), ['b']);
    assert.deepEqual(await ids({ sessionId }), ['b']);
    assert.deepEqual(await ids({ status: 'completed' }), ['c']);
    assert.equal(
      (await getSession(here.parts, MEMBER, PROJECT, sessionId)).jobs['b' as JobId]?.clientId,
      'web2',
    );
  });

  describe('and their actions', () => {
    it('make those that are written out, and take them along when they go', async () => {
      const { job } = await create();
      assert.equal((await actionsNow()).length, 1);
      assert.equal(await deleteJob(here.parts, MEMBER, PROJECT, job.id), true);
      assert.deepEqual(await actionsNow(), []);
      assert.equal(await deleteJob(here.parts, MEMBER, PROJECT, job.id), false);
    });

    it('refer to one that is there, by its id alone or with the same settings, and leave it', async () => {
      const action = await createAction(here.parts, MEMBER, PROJECT, { settings: BACKUP, mandatory: true });
      const { job, actions } = await create({
        actions: [{ id: action.id }, { id: action.id, settings: { ...BACKUP } }],
      });
      assert.deepEqual(job.actions, [action.id, action.id]);
      assert.deepEqual(plain(actions), plain([action, action]));
      await deleteJob(here.parts, MEMBER, PROJECT, job.id);
      assert.deepEqual(await actionsNow(), [action.id]);
    });

    it('make a new one where the settings differ, and leave that of the id as it is', async () => {
      const action = await createAction(here.parts, MEMBER, PROJECT, { settings: BACKUP, maxRetries: 1 });
      const settings = { ...BACKUP, container: '/other' };
      const { actions } = await create({
        actions: [
          { id: action.id, settings },
          { id: action.id, mandatory: true },
        ],
      });
      assert.ok(actions.every(({ id }) => id !== action.id));
      assert.deepEqual(
        actions.map((each) => [each.settings['container'], each.mandatory, each.maxRetries]),
        [
          ['/other', false, 1],
          ['/srv/backups', true, 1],
        ],
      );
    });

    it('make one under an id that nobody has, once, though it is named twice', async () => {
      const { actions } = await create({ actions: [{ id: 'nightly', settings: BACKUP }, { id: 'nightly' }] });
      assert.deepEqual(
        actions.map(({ id }) => id),
        ['nightly', 'nightly'],
      );
      assert.deepEqual(await actionsNow(), ['nightly']);
    });

    it('that are shared stay until the last job that uses them goes', async () => {
      const first = await create({ actions: [{ id: 'nightly', settings: BACKUP }] });
      const second = await create({ actions: [{ id: 'nightly' }] });
      await deleteJob(here.parts, MEMBER, PROJECT, first.job.id);
      assert.deepEqual(await actionsNow(), ['nightly']);
      await deleteJob(here.parts, MEMBER, PROJECT, second.job.id);
      assert.deepEqual(await actionsNow(), []);
    });

    it('keep the same ones when the same is written again, and drop those that are no longer written', async () => {
      const { job, actions } = await create({
        actions: [{ settings: BACKUP }, { settings: { action: 'exec', command: 'sync' } }],
      });
      const same = await update(job.id, { actions: [{ settings: BACKUP }] });
      assert.deepEqual(plain([same.actions, same.job.revision]), plain([[actions[0]], 2]));
      assert.deepEqual(await actionsNow(), [actions[0]?.id]);
      const other = await update(job.id, { actions: [{ settings: { ...BACKUP, container: '/other' } }] });
      assert.deepEqual(await actionsNow(), [other.actions[0]?.id]);
    });

    it('change one that is their own under its id', async () => {
      const { job } = await create({ actions: [{ id: 'nightly', settings: BACKUP }] });
      const changed = await update(job.id, {
        actions: [{ id: 'nightly', settings: { ...BACKUP, container: '/new' } }],
      });
      assert.deepEqual(
        [changed.actions[0]?.id, changed.actions[0]?.settings['container']],
        ['nightly', '/new'],
      );
      assert.equal(changed.job.revision, 2);
    });
  });

  describe('and events', () => {
    it('begin a new activation with a start, also of what has completed', async () => {
      const { job } = await create();
      await runOnce(job.id);
      assert.equal(await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'start'), 'success');
      assert.equal(
        await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'start'),
        'start already requested',
      );
      const { job: started } = await getJob(here.parts, MEMBER, PROJECT, job.id);
      assert.deepEqual([started.status, started.activation.count, started.event], ['new', 2, 'start']);
      const again = claimOf(job.id, here.clock.now(), { occurrence: 'once:2', claimId: 'c2' });
      assert.equal((await claimOccurrence(here.parts, SERVICE, PROJECT, again)).run.state, 'claimed');
    });

    it('ask what runs to end with an abort, and with a deletion', async () => {
      for (const end of ['abort', 'delete'] as const) {
        const { job } = await create();
        const { run } = await claimOccurrence(
          here.parts,
          SERVICE,
          PROJECT,
          claimOf(job.id, here.clock.now()),
        );
        if (end === 'abort') await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'abort');
        else await deleteJob(here.parts, MEMBER, PROJECT, job.id);
        assert.deepEqual((await getRun(here.parts, MEMBER, PROJECT, run.id)).cancelRequestedBy, 'member');
        assert.ok((await pollJobs(here.parts, SERVICE, PROJECT, 'web1')).cancel.includes(run.id));
        const ended = await reportRun(
          here.parts,
          SERVICE,
          PROJECT,
          run.id,
          report({ state: 'cancelled', exitCode: 130 }),
        );
        assert.equal(ended.state, 'cancelled');
      }
    });

    it('are stopped at once by an abort when nothing is heard of what runs', async () => {
      const { job } = await create({ schedule: HOURLY });
      here.clock.advance(3_600_000);
      const occurrence = here.clock.now().toISOString();
      await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(job.id, here.clock.now(), { occurrence }));
      here.clock.advance(60_001);
      await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'abort');
      const { job: after } = await getJob(here.parts, MEMBER, PROJECT, job.id);
      assert.deepEqual([after.status, after.result, after.event], ['stopped', 'aborted', 'abort']);
    });
  });

  it('take what a scheduler of Freezer says of their state, and keep their schedule', async () => {
    const { job } = await create({ schedule: HOURLY });
    await sendJobEvent(here.parts, MEMBER, PROJECT, job.id, 'stop');
    const { job: told } = await recordJobState(here.parts, MEMBER, PROJECT, job.id, {
      status: 'completed',
      event: '',
      result: 'success',
    });
    assert.deepEqual(
      [told.status, told.event, told.result, told.schedule],
      ['completed', undefined, 'success', HOURLY],
    );
  });
});
