import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Failure, jsonLogger } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { FakePlatform } from '../testing/fake-platform.js';
import { MemoryJobDirectory } from '../testing/memory-job-directory.js';
import { JobFiles } from './job-files.js';

const settings = { action: 'backup', path_to_backup: '/home', backup_name: 'home', container: '/backups' };
const good = { actions: [{ settings }], schedule: { hour: '2' } };

describe('job files', () => {
  let clock: FakeClock;
  let platform: FakePlatform;
  let directory: MemoryJobDirectory;
  let log: { level: string; msg: string; file?: string; reason?: string }[];
  let files: JobFiles;

  const open = () => {
    const logger = jsonLogger((line) => log.push(JSON.parse(line) as (typeof log)[number]), clock);
    return new JobFiles({ link: platform.link, directory, clock, logger, clientId: 'web1' });
  };

  beforeEach(() => {
    clock = new FakeClock();
    platform = new FakePlatform(clock);
    directory = new MemoryJobDirectory();
    log = [];
    files = open();
  });

  const sync = async () => {
    await files.look();
    await files.send();
  };
  const refusals = () =>
    log.filter(({ msg }) => msg === 'job file refused').map(({ file, reason }) => `${file}: ${reason}`);
  const diary = () => platform.diary.splice(0);

  it('are sent once, and again when they change', async () => {
    directory.write('a.json', good);
    directory.write(
      'b.yaml',
      'actions:\n  - settings: {action: exec, command: "true"}\nschedule:\n  hour: 02\n  minute: 5\n',
    );
    await sync();
    await sync();
    assert.deepEqual(diary(), ['put a.json', 'put b.yaml']);
    // Numbers are what people write where text is wanted, and a zero before one is part of it.
    assert.deepEqual(platform.jobs.get('b.yaml')?.job.schedule, { hour: '02', minute: '5' });
    directory.write('a.json', { ...good, description: 'changed' });
    await sync();
    assert.deepEqual(diary(), ['put a.json']);
  });

  it('are not sent again when only their times have changed', async () => {
    directory.write('a.json', good);
    await sync();
    directory.write('a.json', good);
    await sync();
    assert.deepEqual(diary(), ['put a.json']);
  });

  it('are told to be gone when they are, also in the absence of the API', async () => {
    directory.write('a.json', good);
    await sync();
    directory.remove('a.json');
    platform.trouble = new Failure('api.unreachable', 'away');
    await assert.rejects(sync());
    platform.trouble = undefined;
    diary();
    await sync();
    await sync();
    assert.deepEqual(diary(), ['remove a.json']);
    assert.equal(platform.jobs.get('a.json')?.job.status, 'stopped');
  });

  it('that went away while nobody looked are told to be gone', async () => {
    directory.write('a.json', good);
    directory.write('b.json', good);
    directory.write('list.json', [good, good]);
    await sync();
    const jobs = (await platform.link.register({
      clientId: 'web1',
      hostname: 'h',
      timezone: 'UTC',
      program: 'p',
      capabilities: { actions: [], modes: [], storages: [], engines: [] },
    }),
    await platform.link.poll('web1')).jobs;
    directory.remove('a.json');
    directory.write('b.json', 'no job at all');
    directory.write('list.json', [good]);
    files = open();
    await sync();
    diary();
    await files.removeOrphans(jobs);
    // Nobody knows what stands in a file that cannot be read, so its job is left alone.
    assert.deepEqual(diary(), ['remove a.json', 'remove list.json#2']);
  });

  it('are left alone when the directory cannot be listed, and that is said once', async () => {
    directory.write('a.json', good);
    await sync();
    diary();
    directory.trouble = new Failure(
      'input.file-unreadable',
      'cannot read jobs directory "/jobs": permission denied',
    );
    await sync();
    await sync();
    assert.deepEqual(diary(), []);
    assert.equal(log.filter(({ msg }) => msg === 'job files cannot be listed').length, 1);
  });

  it('may be lists, of which each job stands for itself', async () => {
    directory.write('freezer.json', {
      jobs: [
        {
          client_id: 'web1',
          job_actions: [{ freezer_action: settings }],
          job_schedule: { schedule_interval: '1 days' },
        },
        { client_id: 'web1', job_actions: 'none' },
        good,
      ],
    });
    await sync();
    assert.deepEqual(diary(), ['put freezer.json#1', 'put freezer.json#3']);
    assert.deepEqual(platform.jobs.get('freezer.json#1')?.job.schedule, { interval: '1 days' });
    assert.match(refusals()[0]!, /^freezer\.json#2: line 21, column 7: job_actions: /);
  });

  it('that the API refuses are told once, with the place in the file, and tried again after a minute', async () => {
    const problems = [
      { path: 'actions.0.settings.container', message: 'is missing' },
      { path: 'schedule.hour', message: 'is odd' },
    ];
    platform.objection = () => new Failure('input.invalid', 'job is not valid', { problems });
    directory.write('a.json', good);
    await sync();
    await sync();
    clock.advance(60_000);
    await sync();
    assert.deepEqual(diary(), ['put a.json', 'put a.json']);
    assert.deepEqual(refusals(), [
      'a.json: line 8, column 9: actions.0.settings.container: is missing; line 13, column 5: schedule.hour: is odd',
    ]);
    platform.objection = () => undefined;
    clock.advance(60_000);
    await sync();
    assert.ok(platform.jobs.has('a.json'));
  });

  it('that the API stumbles over do not keep the others waiting', async () => {
    platform.objection = (name) =>
      name === 'a.json' ? new Failure('internal.unexpected', 'something broke') : undefined;
    directory.write('a.json', good);
    directory.write('b.json', good);
    await sync();
    assert.deepEqual(diary(), ['put a.json', 'put b.json']);
    assert.deepEqual(refusals(), ['a.json: something broke']);
  });

  it('keep their earlier good job when they become wrong, and say so once', async () => {
    directory.write('a.json', good);
    await sync();
    directory.write('a.json', '{ "actions": [');
    await sync();
    await sync();
    assert.deepEqual(diary(), ['put a.json']);
    assert.deepEqual(refusals(), [
      'a.json: a.json, line 1, column 15: unexpected the end of the file in JSON',
    ]);
    directory.write('a.json', good);
    await sync();
    assert.deepEqual(diary(), ['put a.json']);
  });

  const misspelt = 'action: []\nactions:\n  - settings: {action: bakup}\n';

  it('are told of once with all that they and the API find wrong', async () => {
    platform.furtherProblems = [{ path: 'actions.0.settings.action', message: 'unknown action "bakup"' }];
    directory.write('x.yaml', misspelt);
    await sync();
    await sync();
    assert.deepEqual(refusals(), [
      'x.yaml: line 1, column 1: unknown key "action" (did you mean "actions"?); ' +
        'line 3, column 16: actions.0.settings.action: unknown action "bakup"',
    ]);
  });

  it('are told of by themselves while the API is away', async () => {
    platform.trouble = new Failure('api.unreachable', 'nobody answers');
    directory.write('x.yaml', misspelt);
    for (const _ of [1, 2]) await assert.rejects(sync(), /nobody answers/);
    assert.deepEqual(refusals(), [
      'x.yaml: line 1, column 1: unknown key "action" (did you mean "actions"?)',
    ]);
  });

  const wrong: { why: string; name: string; text: string; reasons: RegExp[] }[] = [
    {
      why: 'JSON that breaks off',
      name: 'x.json',
      text: '{\n  "actions": [}\n}',
      reasons: [/^x\.json: x\.json, line 2, column 15: unexpected "}" in JSON$/],
    },
    {
      why: 'YAML that does not hold together',
      name: 'x.yml',
      text: 'actions:\n  - settings: {a: 1\nschedule: {}\n',
      reasons: [/^x\.yml: x\.yml, line \d+, column \d+: /],
    },
    {
      why: 'a key that stands twice',
      name: 'x.json',
      text: '{"actions": [],\n "actions": []}',
      reasons: [/line 2, column 2: map keys must be unique/],
    },
    {
      why: 'unknown keys, each with its place and the nearest name',
      name: 'x.yaml',
      text: 'action: []\nactions:\n  - settings: {}\n    maxRetrys: 3\nschedule:\n  houre: 2\n',
      reasons: [
        /line 1, column 1: unknown key "action" \(did you mean "actions"\?\)/,
        /line 4, column 5: actions\.0: unknown key "maxRetrys" \(did you mean "maxRetries"\?\)/,
        /line 6, column 3: schedule: unknown key "houre" \(did you mean "hour"\?\)/,
      ],
    },
    {
      why: 'values of the wrong type',
      name: 'x.yaml',
      text: 'actions:\n  - settings: {}\n    mandatory: perhaps\n',
      reasons: [/line 3, column 5: actions\.0\.mandatory: .*boolean/],
    },
    {
      why: 'no job at all',
      name: 'x.yaml',
      text: 'just words',
      reasons: [/line 1, column 1: expected a job/],
    },
    { why: 'nothing', name: 'x.yaml', text: '', reasons: [/line 1, column 1: expected a job/] },
    {
      why: 'a job of another client',
      name: 'x.yaml',
      text: 'clientId: db1\nactions: [{settings: {}}]\n',
      reasons: [/line 1, column 1: clientId: is "db1", and this scheduler serves "web1"/],
    },
    {
      why: 'a Freezer job with an unknown key',
      name: 'x.json',
      text: '{"job_actions": [{"freezer_action": {}}],\n "job_schedule": {"schedule_hours": "3"}}',
      reasons: [
        /line 2, column 19: job_schedule: unknown key "schedule_hours" \(did you mean "schedule_hour"\?\)|line 2, column 19: unknown key "schedule_hours" \(did you mean "schedule_hour"\?\)/,
      ],
    },
    {
      why: 'more aliases than anybody needs',
      name: 'x.yaml',
      text: [
        'a: &a [x, x, x, x, x, x, x, x, x]',
        ...'bcdefgh'
          .split('')
          .map((letter, at) => `${letter}: &${letter} [${`*${'abcdefg'[at]}, `.repeat(9)}]`),
      ].join('\n'),
      reasons: [/excessive alias count/i],
    },
  ];
  for (const { why, name, text, reasons } of wrong) {
    it(`are refused, with place and reason, when there is ${why}`, async () => {
      directory.write('good.json', good);
      directory.write(name, text);
      await sync();
      assert.deepEqual([...platform.jobs.keys()], ['good.json']);
      const [told, ...others] = refusals();
      assert.deepEqual(others, []);
      for (const reason of reasons) assert.match(told ?? '', reason);
    });
  }
});
