import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isRoot, nobodyCanRun, requireProgram, skipBecause, type PlatformFixture } from '#test/support';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

describe('job files', function () {
  this.timeout(120_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  const asNobody = isRoot() && nobodyCanRun();

  before(async function () {
    if (asNobody) requireProgram(this, 'setpriv');
    own = await startOwnPlatform({ asNobody });
    platform = own.platform;
    // Runs all the time, whatever else lies in the directory.
    platform.writeJob('good.yaml', { actions: [exec()], schedule: { interval: 'continuous' } });
  });
  after(() => own?.[Symbol.asyncDispose]());

  /** What the scheduler has said against a file, once it has. */
  async function refusalOf(file: string): Promise<string> {
    const entry = await platform.scheduler.until(`a refusal of ${file}`, ({ log }) =>
      log.findLast((one) => one['msg'] === 'job file refused' && one['file'] === file),
    );
    return String(entry['reason']);
  }

  async function goodRuns(): Promise<number> {
    return (await platform.runsOf((await platform.jobOf('good.yaml')).id)).filter(({ endedAt }) => endedAt)
      .length;
  }

  it('may be JSON or YAML', async () => {
    platform.writeJob('one.json', JSON.stringify({ description: 'in JSON', actions: [exec()] }));
    platform.writeJob(
      'two.yml',
      'description: in YAML\nactions:\n  - settings: {action: exec, command: ["true"]}\n    maxRetries: 0\n',
    );
    for (const [file, description] of [
      ['one.json', 'in JSON'],
      ['two.yml', 'in YAML'],
    ] as const) {
      const job = await platform.jobOf(file);
      assert.deepEqual([job.description, job.clientId], [description, platform.clientId]);
      assert.equal((await platform.runOf(job.id)).state, 'succeeded');
    }
  });

  it("may be Freezer's documents, in its own spelling", async () => {
    const container = join(platform.data, 'freezer-container');
    const source = join(platform.data, 'freezer-source');
    mkdirSync(source);
    writeFileSync(join(source, 'file'), 'content');
    platform.writeJob('freezer.conf.json', {
      description: 'for Freezer',
      job_schedule: { schedule_interval: '1 weeks', schedule_start_date: '2099-01-01T00:00:00', status: '' },
      job_actions: [
        {
          max_retries: 2,
          max_retries_interval: 7,
          mandatory: true,
          freezer_action: {
            ...{ action: 'backup', mode: 'fs', storage: 'local', backup_name: 'freezer', container },
            ...{ path_to_backup: source, max_level: 3, no_incremental: false },
          },
        },
      ],
    });
    const job = await platform.jobOf('freezer.conf.json');
    const [action] = job.actions;
    assert.deepEqual([action?.maxRetries, action?.maxRetriesInterval, action?.mandatory], [2, 7, true]);
    assert.deepEqual(job.schedule, { interval: '1 weeks', startDate: '2099-01-01T00:00:00' });
    assert.equal(job.nextAt, '2099-01-01T00:00:00.000Z');

    platform.writeJob('freezer-now.json', {
      job_schedule: {},
      job_actions: [
        {
          max_retries: 0,
          freezer_action: {
            ...{ action: 'backup', mode: 'fs', storage: 'local', backup_name: 'freezer', container },
            path_to_backup: source,
          },
        },
      ],
    });
    const run = await platform.runOf((await platform.jobOf('freezer-now.json')).id);
    assert.equal(run.state, 'succeeded', JSON.stringify(run.failure));
  });

  it('update their job when they change: same id, next revision', async () => {
    const before = await platform.jobOf('one.json');
    platform.writeJob('one.json', { description: 'changed', actions: [exec(), exec()] });
    const changed = await platform.until('the job is changed', async () => {
      const job = await platform.api.jobs.get(before.id);
      return job.description === 'changed' ? job : undefined;
    });
    assert.equal(changed.actions.length, 2);
    assert.ok(changed.revision > before.revision, `${before.revision}, ${changed.revision}`);
    assert.equal(changed.id, before.id);
    // What has run once does not run again for being edited, but when it is started.
    await platform.api.sendJobEvent(before.id, 'start');
    const second = await platform.until('it runs as it is now', async () =>
      (await platform.runsOf(before.id)).find(
        ({ occurrence, endedAt }) => occurrence === 'once:2' && endedAt,
      ),
    );
    assert.deepEqual([second.jobRevision, second.attempts.length], [changed.revision, 2]);
  });

  it('that are wrong are reported with file, place, reason and the nearest name', async () => {
    const before = await goodRuns();
    platform.writeJob(
      'wrong.yaml',
      'description: wrong\nactions:\n  - settings:\n      action: bakup\n      contaner: /backups\nschedul:\n  hour: 25\n',
    );
    const reason = await refusalOf('wrong.yaml');
    assert.match(reason, /line 6, column 1: .*schedul.*schedule/, reason);
    platform.writeJob(
      'wrong-too.yaml',
      'description: wrong\nactions:\n  - settings:\n      action: bakup\nschedule:\n  hour: 25\n',
    );
    const two = await refusalOf('wrong-too.yaml');
    assert.match(two, /line 4, column \d+: actions\.0\.settings\.action: .*"bakup".*backup/, two);
    assert.match(two, /line 6, column \d+: schedule\.hour: /, two);
    platform.writeJob('freezer-wrong.json', {
      job_actions: [{ freezer_action: { action: 'backup', mode: 'mysqul' } }],
      job_schedule: { schedule_intervall: '5 minutes' },
    });
    const freezer = await refusalOf('freezer-wrong.json');
    assert.match(
      freezer,
      /line \d+, column \d+: job_schedule.*schedule_intervall.*schedule_interval/,
      freezer,
    );
    // Nothing else is disturbed.
    await platform.until('the good job goes on', async () => (await goodRuns()) > before + 1 || undefined);
    const { items } = await platform.api.jobs.list({ limit: 1000 });
    assert.ok(!items.some(({ origin }) => origin.kind === 'file' && origin.file.includes('wrong')));
  });

  it('that become wrong leave their job as it was', async () => {
    const before = await platform.jobOf('good.yaml');
    platform.writeJob('good.yaml', 'actions:\n  - settings: {action: exec\n');
    assert.match(await refusalOf('good.yaml'), /line \d, column \d+/);
    const runs = await goodRuns();
    await platform.until('it goes on', async () => (await goodRuns()) > runs || undefined);
    const { revision, status } = await platform.api.jobs.get(before.id);
    assert.deepEqual([revision, ['scheduled', 'running'].includes(status)], [before.revision, true]);
  });

  it('that are removed stop their job, and start it when they are back', async () => {
    const job = { actions: [exec()], schedule: { interval: 'continuous' } };
    platform.writeJob('repeats.json', job);
    const { id } = await platform.jobOf('repeats.json');
    await platform.runOf(id);
    rmSync(join(platform.jobs, 'repeats.json'));
    const statusIs = (wanted: string) =>
      platform.until(`the job is ${wanted}`, async () => {
        const { status } = await platform.api.jobs.get(id);
        return status === wanted || undefined;
      });
    await statusIs('stopped');
    const runs = (await platform.runsOf(id)).length;
    platform.writeJob('repeats.json', job);
    await platform.until(
      'it runs again',
      async () => (await platform.runsOf(id)).length > runs + 1 || undefined,
    );
    assert.equal((await platform.jobOf('repeats.json')).id, id);
    rmSync(join(platform.jobs, 'repeats.json'));
    await statusIs('stopped');
  });

  it('may begin with a byte order mark, and end their lines as Windows does', async () => {
    const text =
      '\ufeffdescription: from Windows\r\nactions:\r\n  - settings:\r\n      action: exec\r\n      command: ["true"]\r\n';
    platform.writeJob('windows.yaml', text);
    platform.writeJob(
      'windows.json',
      `\ufeff${JSON.stringify({ description: 'from Windows', actions: [exec()] })}\r\n`,
    );
    for (const file of ['windows.yaml', 'windows.json']) {
      const { description, id } = await platform.jobOf(file);
      assert.equal(description, 'from Windows');
      assert.equal((await platform.runOf(id)).state, 'succeeded');
    }
  });

  const job = 'actions:\n  - settings: {action: exec, command: ["true"]}\n';
  const refusals: readonly [what: string, file: string, text: string | Buffer, reason: RegExp][] = [
    [
      'with tabs for indentation',
      'tabs.yaml',
      'actions:\n\t- settings: {}\n',
      /tabs\.yaml, line 2, column 1: .*tab/i,
    ],
    [
      'with a key twice',
      'twice.yaml',
      `${job}description: a\ndescription: b\n`,
      /twice\.yaml, line 4, column 1: .*unique/,
    ],
    [
      'of JSON with a key twice',
      'twice.json',
      '{"actions": [],\n "actions": []}',
      /twice\.json, line 2, column 2: .*unique/,
    ],
    [
      'of 2 MiB',
      'large.yaml',
      `${job}description: ${'x'.repeat(2 << 20)}\n`,
      /large\.yaml" has more than 1048576 bytes/,
    ],
    ['that are empty', 'empty.yaml', '', /line 1, column 1: .*/],
    [
      'that are no text',
      'binary.json',
      Buffer.from([0xff, 0xfe, 0x00, 0x80]),
      /binary\.json, line 1, column 1: .*UTF-8/,
    ],
    ['with a text in place of a job', 'words.yaml', 'just words\n', /line 1, column 1: .*/],
  ];
  for (const [what, file, text, reason] of refusals) {
    it(`${what} are refused`, async () => {
      writeFileSync(join(platform.jobs, `.${file}`), text, { mode: 0o644 });
      renameSync(join(platform.jobs, `.${file}`), join(platform.jobs, file));
      assert.match(await refusalOf(file), reason);
    });
  }

  it('that cannot be read are reported, and directories are passed over', async function () {
    mkdirSync(join(platform.jobs, 'directory.yaml'));
    symlinkSync('circle.yaml', join(platform.jobs, 'circle.yaml'));
    symlinkSync('nowhere', join(platform.jobs, 'dangling.json'));
    assert.match(await refusalOf('circle.yaml'), /circle/);
    assert.match(await refusalOf('dangling.json'), /dangling\.json: there is no such file/);
    if (isRoot() && !asNobody) skipBecause(this, 'root can read everything');
    writeFileSync(join(platform.jobs, 'private.yaml'), job, { mode: 0o600 });
    chmodSync(join(platform.jobs, 'private.yaml'), 0);
    assert.match(await refusalOf('private.yaml'), /private\.yaml: permission denied/);
    chmodSync(join(platform.jobs, 'private.yaml'), 0o644);
    await platform.jobOf('private.yaml');
    const told = platform.scheduler.log.filter(({ file }) => file === 'directory.yaml');
    assert.deepEqual(told, []);
  });

  it('are told of once, however often they are looked at', async () => {
    const refused = platform.scheduler.log.filter(({ msg }) => msg === 'job file refused');
    const told = refused.map(({ file, reason }) => `${String(file)}: ${String(reason)}`);
    assert.deepEqual(told, [...new Set(told)]);
    assert.ok(platform.scheduler.log.length > 0 && (await goodRuns()) > 0);
  });
});

function exec() {
  return { settings: { action: 'exec', command: ['true'] }, maxRetries: 0 };
}
