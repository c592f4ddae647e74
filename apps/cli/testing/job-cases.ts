import { before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { exitCodes } from '#kernel';
import type { JobView } from '#node-protocol';
import { SchedulerOf } from './scheduler-of.js';
import { together, type Operator } from './operator.js';

const NIGHTLY = `clientId: web1
description: pages of the shop
actions:
  - settings: { action: backup, path_to_backup: /var/www, backup_name: www, container: /srv/backups }
schedule: { hour: '2', minute: '30' }
`;
const FREEZER = {
  client_id: 'web1',
  description: 'as Freezer has it',
  job_actions: [
    {
      freezer_action: {
        ...{ action: 'backup', mode: 'fs', path_to_backup: '/etc', backup_name: 'etc' },
        container: '/srv/backups',
      },
      max_retries: 2,
    },
  ],
  job_schedule: { schedule_interval: '2 hours' },
};

export function jobCases(here: () => Operator): void {
  describe('jobs', () => {
    before(() => new SchedulerOf(here(), 'web1').register());

    const makes = async (document: string | object, ...words: readonly string[]) => {
      const input = typeof document === 'string' ? document : JSON.stringify(document);
      return here().firn(['job', 'create', '--file', '-', ...words], { input });
    };

    it('are made of YAML, and tell when they run', async () => {
      const { code, out } = await makes(`id: www-nightly\n${NIGHTLY}`);
      assert.equal(code, 0);
      assert.match(
        out.join('\n'),
        /^created job www-nightly on web1: at 02:30 every day \(UTC\), next \d{4}-\d\d-\d\d 02:30:00$/,
      );
      const { out: table } = await here().good('job', 'list', '--client', 'web1');
      assert.match(table[0] ?? '', /^ID +CLIENT +STATUS +RESULT +RUNS +NEXT +DESCRIPTION$/);
      assert.match(
        table[1] ?? '',
        /^www-nightly +web1 +new +at 02:30 every day \(UTC\) .*pages of the shop$/,
      );
    });

    it('are made of a document of Freezer', async () => {
      const job = (await makes(FREEZER, '--json')).json<JobView>();
      assert.equal(job.actions[0]?.settings['path_to_backup'], '/etc');
      assert.deepEqual(job.schedule, { interval: '2 hours' });
      await here().good('job', 'delete', job.id);
      const { code, err } = await makes({
        ...FREEZER,
        job_schedule: { schedule_hour: '77', schedule_minut: '1' },
      });
      assert.equal(code, 2);
      assert.match(err.join('\n'), /schedule_minut/);
    });

    it('with something wrong in their YAML are refused with its place', async () => {
      const file = here().file('broken.yaml', 'clientId: web1\nactions:\n  - settings: {a: 1\n');
      const { code, err } = await here().firn(['job', 'create', '--file', file]);
      assert.equal(code, 2);
      assert.match(
        err[0] ?? '',
        new RegExp(`^input\\.file-malformed: .*broken\\.yaml.*, line \\d+, column \\d+: `),
      );
      const missing = await here().firn(['job', 'create', '--file', here().path('nowhere.yaml')]);
      assert.equal(missing.code, 2);
      assert.match(missing.err[0] ?? '', /^input\.file-unreadable: .*nowhere\.yaml/);
    });

    it('with many mistakes are refused with each of them in a line, and the nearest names', async () => {
      const bad = NIGHTLY.replace('web1', 'wbe1').replace('container:', 'contaner:').replace("'2'", "'77'");
      const { code, err } = await makes(bad);
      assert.equal(code, 2);
      assert.deepEqual(err.slice(0, 4), [
        'input.invalid: job is not valid:',
        '  clientId: no client "wbe1" (did you mean "web1"?)',
        '  actions.0.settings.contaner: unknown option "contaner" (did you mean "container"?)',
        '  actions.0.settings.container: is missing',
      ]);
      assert.match(err[4] ?? '', /^ {2}schedule\.hour: 77 is out of range/);
      assert.equal(err[5], '  Correct the named values and try again.');
      const { context } = JSON.parse((await makes(bad, '--json')).err.join('\n')) as {
        context: { problems: readonly { path: string }[] };
      };
      assert.deepEqual(context.problems.length, 4);
    });

    it('with the id of another are refused', async () => {
      const { code, err } = await makes(`id: www-nightly\n${NIGHTLY}`);
      assert.equal(code, exitCodes.conflict);
      assert.match(err[0] ?? '', /^job\.exists: .*www-nightly/);
    });

    it('are changed in part', async () => {
      const file = here().file('change.yaml', 'description: all pages\n');
      const { out } = await here().good('job', 'update', 'www-nightly', '--file', file);
      assert.deepEqual(out, ['changed job www-nightly']);
      const shown = (await here().good('job', 'show', 'www-nightly')).out;
      assert.ok(shown.includes('description  all pages'), shown.join('\n'));
      assert.ok(shown.some((line) => /^nextAt +\d{4}-\d\d-\d\d 02:30:00$/.test(line)));
      assert.ok(shown.some((line) => /^ {6}path_to_backup +\/var\/www$/.test(line)));
    });

    it('are started, stopped and aborted, and a second wish is told apart', async () => {
      const wish = async (event: string, ...more: readonly string[]) =>
        (await here().good('job', event, 'www-nightly', ...more)).out.join('\n');
      assert.equal(await wish('start'), 'start of job www-nightly is requested');
      assert.equal(await wish('start'), 'job www-nightly: start already requested');
      assert.equal(await wish('abort'), 'abort of job www-nightly is requested');
      assert.deepEqual(JSON.parse(await wish('stop', '--json')), {
        ...{ job: 'www-nightly', event: 'stop', result: 'success' },
      });
      assert.match(
        (await here().good('job', 'list', '--client', 'web1')).out[1] ?? '',
        /^www-nightly +web1 +stop /,
      );
    });

    it('that are stopped and made no run are not waited for', async () => {
      const { code, err } = await here().firn(['run', 'watch', '--job', 'www-nightly']);
      assert.equal(code, 5);
      assert.equal(err[0], 'run.missing: job www-nightly is to stop, and has made no run');
    });

    it('belong to sessions', async () => {
      await here().firn(['session', 'create', '--file', '-'], { input: '{id: night}' });
      const added = await here().good('session', 'add', 'night', 'www-n');
      assert.deepEqual(added.out, ['job www-nightly is in session night']);
      assert.match((await here().good('job', 'list', '--session', 'nig')).out[1] ?? '', /^www-nightly /);
      assert.match((await here().good('session', 'list')).out[1] ?? '', /^night +1 /);
      const removed = await here().good('session', 'remove', 'night', 'www-nightly', '--json');
      assert.deepEqual(removed.json<{ jobs: object }>().jobs, {});
    });

    it('are found by a beginning of their id, when no other begins so', async () => {
      await together(['alike-1', 'alike-2'], async (id) => void (await makes(`id: ${id}\n${NIGHTLY}`)));
      const [whole, short, several] = await Promise.all([
        here().good('job', 'show', 'alike-2', '--json'),
        here().good('job', 'show', 'www', '--json'),
        here().firn(['job', 'show', 'ali']),
      ]);
      assert.deepEqual([whole.json()['id'], short.json()['id']], ['alike-2', 'www-nightly']);
      assert.equal(several.code, 2);
      assert.match(several.err[0] ?? '', /^input\.invalid: "ali" can be alike-[12], alike-[12]$/);
    });

    it('are listed in pages', async () => {
      const ids = async (...words: readonly string[]) => {
        const run = await here().good('job', 'list', '--json', ...words);
        return run.json<readonly { id: string }[]>().map(({ id }) => id);
      };
      const [all, first, rest, table, after] = await Promise.all([
        ids('--all'),
        ids('--limit', '2'),
        ids('--limit', '2', '--offset', '1'),
        here().good('job', 'list', '--limit', '1', '--offset', '1'),
        here().good('job', 'list', '--offset', '9'),
      ]);
      assert.equal(all.length, 3);
      assert.deepEqual([first, rest], [all.slice(0, 2), all.slice(1)]);
      assert.equal(table.out.length, 2);
      assert.deepEqual(table.err, ['2 to 2 of 3 jobs; --all shows everything']);
      assert.deepEqual([after.out, after.err], [[], ['no jobs after the first 3']]);
    });

    it('are deleted, and their runs and backups stay', async () => {
      await together(['www-nightly', 'alike-1', 'alike-2'], async (id) => {
        assert.deepEqual((await here().good('job', 'delete', id)).out, [`deleted job ${id}`]);
      });
    });
  });
}
