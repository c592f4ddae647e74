import { before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { exitCodes } from '#kernel';
import type { BackupView, JobView, RunView } from '#node-protocol';
import { startService } from '#test/support';
import { SchedulerOf } from './scheduler-of.js';
import { together, type FirnRun, type Operator } from './operator.js';

const STORED = '20261120T093415Z-4f7a9c21';

export function runCases(here: () => Operator): void {
  describe('runs', () => {
    let scheduler: SchedulerOf;

    before(async () => {
      scheduler = new SchedulerOf(here(), 'web1');
      await scheduler.register();
    });

    const jobOnce = (): Promise<JobView> => here().platform.makeJob([ACTION], { clientId: 'web1' });
    /** The only run of a job, once it is there. */
    const runBy = (job: string) => here().platform.runOf(job, () => true);

    it('are followed to their end, from the beginning of the job', async () => {
      const input = JSON.stringify({ clientId: 'web1', description: 'followed', actions: [ACTION] });
      const watching = here().firn(['job', 'create', '--file', '-', '--watch'], { input });
      const job = await here().platform.until('the job', async () => {
        const { items } = await here().platform.api.jobs.list({ clientId: 'web1' });
        return items.find(({ description }) => description === 'followed');
      });
      await scheduler.backUp(job, STORED);
      const { code, out, err } = await watching;
      assert.equal(code, 0, err.join('\n'));
      const run = await runBy(job.id);
      assert.match(out.join('\n'), /^succeeded in \d[^,]*, read 2\.9 MiB, stored 976\.6 KiB$/);
      assert.equal(err[0], `created job ${job.id} on web1: once, as soon as possible`);
      assert.deepEqual(err.slice(-3), [
        `run ${run.id} of job ${job.id} on web1`,
        'backup (action 1, attempt 1) …',
        'backup (action 1, attempt 1) succeeded',
      ]);
    });

    it('that have ended tell how, with the exit code of their outcome', async () => {
      const ends = [
        ['incomplete', exitCodes.partial, undefined],
        ['failed', exitCodes.unavailable, { code: 'storage.unavailable', message: 'nobody answers' }],
        ['failed', 1, { code: 'of.a-newer-agent', message: 'something new' }],
        ['cancelled', exitCodes.cancelled, { code: 'run.cancelled', message: 'cancelled' }],
      ] as const;
      const watched = ends.map(async ([state, expected, failure]) => {
        const run = await scheduler.claim(await jobOnce());
        await scheduler.report(run, state, failure ? { failure } : {});
        const { code, out } = await here().firn(['run', 'watch', run.id]);
        assert.equal(code, expected, state);
        assert.match(out[0] ?? '', new RegExp(`^${state} in .*${failure ? `: ${failure.code}: ` : ''}`));
      });
      await Promise.all(watched);
    });

    it('are told as JSON each time that they have changed', async () => {
      const run = await scheduler.claim(await jobOnce());
      await using watching = await startService('cli', ['run', 'watch', run.id, '--json'], here());
      const states = () => watching.out.map((line) => (JSON.parse(line) as RunView).state);
      await watching.until('claimed', () => states().includes('claimed') || undefined);
      await scheduler.begin(run);
      await watching.until('running', () => states().includes('running') || undefined);
      await scheduler.report(run, 'succeeded');
      assert.equal((await watching.exit).code, 0);
      assert.deepEqual(states(), ['claimed', 'running', 'succeeded']);
      const { code, err } = await here().firn(['run', 'cancel', run.id]);
      assert.equal(code, exitCodes.conflict);
      assert.match(err[0] ?? '', /^run\.transition-invalid: /);
      assert.deepEqual(watching.log, []);
    });

    it('go on when the one who watches leaves', async () => {
      const run = await scheduler.claim(await jobOnce());
      await scheduler.begin(run);
      await using watching = await startService('cli', ['run', 'watch', '--job', run.jobId], here());
      await watching.told('backup (action 1, attempt 1) …');
      watching.signal('SIGINT');
      assert.equal((await watching.exit).code, 130);
      assert.equal((await here().platform.api.runs.get(run.id)).state, 'running');
      await scheduler.report(run, 'succeeded');
    });

    it('are cancelled through their scheduler, and an end is an end', async () => {
      const run = await scheduler.claim(await jobOnce());
      const { out } = await here().good('run', 'cancel', run.id.slice(0, 12));
      assert.deepEqual(out, [`asked web1 to cancel run ${run.id} (claimed)`]);
      await scheduler.report(run, 'cancelled', { failure: { code: 'run.cancelled', message: 'as asked' } });
      const { code, err } = await here().firn(['run', 'watch', run.id]);
      assert.equal(code, 130);
      assert.ok(err.includes('cancelling, as admin asked'), err.join('\n'));
      assert.deepEqual((await here().good('run', 'cancel', run.id)).out, [`cancelled run ${run.id}`]);
    });

    it('of a job are watched by its name: the one that goes on, else the last when nothing comes', async () => {
      const job = await jobOnce();
      await scheduler.report(await scheduler.claim(job), 'incomplete');
      assert.equal((await here().firn(['run', 'watch', '--job', job.id])).code, exitCodes.partial);
      const watching = here().firn(['job', 'start', job.id, '--watch']);
      const started = await here().platform.until('the start', async () => {
        const now = await here().platform.api.jobs.get(job.id);
        return now.activation.count === 2 ? now : undefined;
      });
      await scheduler.report(await scheduler.claim(started), 'succeeded');
      assert.equal((await watching).code, 0);
    });

    it('are listed, the newest first, by job and by state', async () => {
      const { out } = await here().good('run', 'list', '--state', 'succeeded');
      assert.match(out[0] ?? '', /^ID +JOB +CLIENT +STATE +DUE +ENDED +READ +STORED +FAILURE$/);
      assert.ok(out.length > 2);
      for (const line of out.slice(1)) {
        assert.match(
          line,
          /^[0-9a-f]{8} {2}[0-9a-f]{8} {2}web1 +succeeded {2}(\d{4}-\d\d-\d\d [\d:]{8} {2}){2} *2\.9 MiB/,
        );
      }
      const runs = (await here().good('run', 'list', '--json')).json<readonly RunView[]>();
      const oldest = (await here().good('run', 'list', '--json', '--oldest-first')).json<
        readonly RunView[]
      >();
      assert.deepEqual(oldest, runs.toReversed());
      const [{ jobId }] = runs as [RunView];
      const mine = await here().good('run', 'list', '--job', jobId.slice(0, 10), '--json');
      assert.deepEqual(
        mine.json<readonly RunView[]>().map((run) => run.jobId),
        [jobId, jobId],
      );
    });

    it('of a job that is deleted are found by its whole id', async () => {
      const job = await jobOnce();
      await scheduler.report(await scheduler.claim(job), 'succeeded');
      await here().good('job', 'delete', job.id);
      const whole = await here().good('run', 'list', '--job', job.id);
      assert.equal(whole.out.length, 2);
      const short = await here().good('run', 'list', '--job', job.id.slice(0, 20));
      assert.deepEqual(short.out, []);
      assert.match(short.err[0] ?? '', /^there is no job ".*"; one that is deleted needs its whole id$/);
    });

    it('are shown with every step', async () => {
      const [run] = (await here().good('run', 'list', '--json')).json<readonly RunView[]>();
      const { out } = await here().good('run', 'show', run?.id ?? '');
      assert.ok(
        out.some((line) => /^ +source +succeeded +2$/.test(line)),
        out.join('\n'),
      );
    });

    it('leave backups, which are listed by what they belong to', async () => {
      const [backup] = (await here().good('backup', 'list', '--json')).json<readonly BackupView[]>();
      assert.equal(backup?.storedId, STORED);
      const filters = [
        ['--run', backup?.runId?.slice(0, 9) ?? ''],
        ['--job', backup?.jobId ?? ''],
        ['--client', 'web1', '--name', 'www', '--container', '/srv/backups'],
      ];
      await together(filters, async (words) => {
        const { out } = await here().good('backup', 'list', ...words);
        assert.match(
          out[1] ?? '',
          /^[0-9a-f]{8} +20261120T093415Z-4f7a9c21 +www +0 +web1 +available +976\.6 KiB /,
        );
      });
      assert.deepEqual((await here().good('backup', 'list', '--name', 'other')).out, []);
    });

    it('restore backups, and the exit code is that of the restore', async () => {
      const asked = await here().good(
        'restore',
        STORED,
        '--target',
        '/srv/r',
        '--include',
        'a',
        'b',
        '--no-wait',
        '--json',
      );
      const job = asked.json<JobView>();
      assert.equal(job.clientId, 'web1');
      const settings = job.actions[0]?.settings;
      assert.equal(settings?.['action'], 'restore');
      assert.match(JSON.stringify(settings), /\/srv\/r/);
      assert.match(JSON.stringify(settings), /\["a","b"\]/);
      const restoring: Promise<FirnRun> = here().firn(['restore', STORED, '--target', '/srv/there']);
      const wanted = await here().platform.until('the restore', async () => {
        const { items } = await here().platform.api.jobs.list({ clientId: 'web1', status: 'new' });
        return items.find(
          ({ id, actions }) => id !== job.id && JSON.stringify(actions).includes('/srv/there'),
        );
      });
      const failure = { code: 'target.not-empty', message: 'there is something in /srv/there' };
      await scheduler.report(await scheduler.claim(wanted), 'failed', { failure });
      const { code, out } = await restoring;
      assert.notEqual(code, 0);
      assert.match(out[0] ?? '', /^failed in .*: target\.not-empty: there is something in \/srv\/there$/);
      const nothing = await here().firn(['restore', 'nope', '--target', '/srv/r']);
      assert.equal(nothing.code, exitCodes['not-found']);
      const near = await here().firn(['restore', STORED, '--target', 'srv/r']);
      assert.equal(near.code, 2);
      assert.match(near.err[0] ?? '', /must be an absolute path/);
    });
  });
}

const ACTION = {
  settings: { action: 'backup', path_to_backup: '/var/www', backup_name: 'www', container: '/srv/backups' },
  maxRetries: 0,
};
