import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { freezerPath, jobSpecOfFreezer, looksLikeFreezerJob } from './freezer-job.js';
import { freezerScheduleOf, scheduleOfFreezer } from './freezer-schedule.js';

const settings = { action: 'backup', path_to_backup: '/home', backup_name: 'home', container: '/backups' };

function problemsOf(document: unknown): string[] {
  try {
    jobSpecOfFreezer(document);
  } catch (error) {
    assert.ok(error instanceof Failure && error.code === 'input.invalid');
    return (error.context['problems'] as { path: string; message: string }[]).map(
      (p) => `${p.path}: ${p.message}`,
    );
  }
  return [];
}

describe('a job document of Freezer', () => {
  it('becomes one of ours, without what the server keeps in it', () => {
    const spec = jobSpecOfFreezer({
      job_id: 'a1',
      client_id: 'tenant_web1',
      user_id: 'u',
      project_id: 'p',
      description: 'home, nightly',
      session_id: '',
      session_tag: 0,
      job_actions: [
        {
          action_id: 'b2',
          user_id: 'u',
          freezer_action: { ...settings, mode: null },
          max_retries: 2,
          max_retries_interval: 60,
          mandatory: true,
        },
      ],
      job_schedule: {
        schedule_interval: '5 minutes',
        status: 'scheduled',
        event: '',
        time_created: 17,
        result: '',
      },
    });
    assert.deepEqual(spec, {
      id: 'a1',
      clientId: 'tenant_web1',
      description: 'home, nightly',
      actions: [{ id: 'b2', settings, maxRetries: 2, maxRetriesInterval: 60, mandatory: true }],
      schedule: { interval: '5 minutes' },
      sessionTag: 0,
    });
  });

  it('takes its client from the one who reads it when it names none', () => {
    const spec = jobSpecOfFreezer({ job_actions: [{ freezer_action: settings }] }, 'web1');
    assert.deepEqual([spec.clientId, spec.schedule], ['web1', {}]);
  });

  it('fills the settings of each action from action_defaults', () => {
    const spec = jobSpecOfFreezer({
      client_id: 'web1',
      action_defaults: { container: '/backups', storage: 'local' },
      job_actions: [
        { freezer_action: { ...settings, container: null } },
        { freezer_action: { container: '/x' } },
      ],
    });
    assert.deepEqual(
      spec.actions.map((action) => action.settings),
      [
        { ...settings, storage: 'local' },
        { container: '/x', storage: 'local' },
      ],
    );
  });

  it('leaves the settings of an action that is named by its id to the API', () => {
    const spec = jobSpecOfFreezer({ client_id: 'web1', job_actions: [{ action_id: 'b2' }] });
    assert.deepEqual(spec.actions, [{ id: 'b2' }]);
  });

  it('is refused with the places it has in the document', () => {
    const document = {
      client_id: 'no host name!',
      job_actions: [{ max_retries: -1 }],
      job_schedule: { schedule_hour: '2' },
    };
    assert.deepEqual(problemsOf(document), [
      'client_id: must be a host name, as "web1" or "db.example.org", with letters, digits, "-" and "_" before it',
      'job_actions.0.max_retries: Too small: expected number to be >=0',
      'job_actions.0: needs settings, or the id of an action',
    ]);
  });

  it('is refused with the nearest name for an unknown key', () => {
    const document = { client_id: 'web1', job_action: [], job_actions: [{ freezer_action: settings }] };
    assert.deepEqual(problemsOf(document), [': unknown key "job_action" (did you mean "job_actions"?)']);
  });

  it('is known by its keys', () => {
    assert.equal(looksLikeFreezerJob({ job_actions: [] }), true);
    assert.equal(looksLikeFreezerJob({ actions: [], clientId: 'web1' }), false);
    assert.equal(looksLikeFreezerJob(null), false);
  });

  it('has a place for each place of ours', () => {
    const places: Record<string, string> = {
      clientId: 'client_id',
      'schedule.dayOfWeek': 'job_schedule.schedule_day_of_week',
      'schedule.timezone': 'job_schedule.timezone',
      actions: 'job_actions',
      'actions.3': 'job_actions.3',
      'actions.0.settings.max_level': 'job_actions.0.freezer_action.max_level',
      'actions.0.mandatory': 'job_actions.0.mandatory',
      description: 'description',
      '': '',
    };
    for (const [ours, theirs] of Object.entries(places)) assert.equal(freezerPath(ours), theirs);
  });
});

describe('a schedule of Freezer', () => {
  const everything = {
    ...{ schedule_date: '2026-11-21T02:00:00', schedule_interval: '1 days', schedule_hour: '2' },
    ...{ schedule_start_date: '2026-11-01T00:00:00', schedule_end_date: '2026-12-01T00:00:00' },
  };

  it('has the trigger that Freezer takes of several', () => {
    const bounds = { startDate: '2026-11-01T00:00:00', endDate: '2026-12-01T00:00:00' };
    assert.deepEqual(scheduleOfFreezer(everything), { ...bounds, date: '2026-11-21T02:00:00' });
    assert.deepEqual(scheduleOfFreezer({ ...everything, schedule_date: '' }), {
      ...bounds,
      interval: '1 days',
    });
    const calendar = { ...everything, schedule_date: null, schedule_interval: null };
    assert.deepEqual(scheduleOfFreezer(calendar), { ...bounds, hour: '2' });
  });

  it('is read from nothing as no trigger at all', () => {
    assert.deepEqual(scheduleOfFreezer(undefined), {});
    assert.deepEqual(scheduleOfFreezer({ event: 'stop' }), {});
  });

  it('goes there and back', () => {
    const ours = { dayOfWeek: 'mon-fri', hour: '2', minute: '*/15', startDate: '2026-11-01T00:00:00' };
    assert.deepEqual(scheduleOfFreezer(freezerScheduleOf(ours)), ours);
    assert.deepEqual(freezerScheduleOf({ hour: '2', timezone: 'Europe/Berlin' }), { schedule_hour: '2' });
  });
});
