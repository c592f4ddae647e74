import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startService, type PlatformFixture } from '#test/support';
import { asked } from './asked.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

/** Wrong in every way that can be told apart: key, client, action, option, storage, schedule. */
const WRONG = {
  descripton: 'a key that is not there',
  clientId: 'node2',
  actions: [
    {
      settings: {
        action: 'backup',
        path_to_backup: '/home',
        backup_name: 'a',
        container: '/b',
        storage: 'locl',
      },
    },
    { settings: { action: 'bakup' } },
    { settings: { action: 'exec', comand: 'true' } },
    { id: 'ffffffffffffffffffffffffffffffff' },
  ],
  schedule: { hour: '25', dayOfWeek: 'mondy' },
};

/** Where each is, and the words that must be told there. */
const FAULTS: readonly (readonly [path: string, words: RegExp])[] = [
  ['descripton', /unknown key "descripton".*"description"/],
  ['actions.0.settings.storage', /"locl".*"local"/],
  ['actions.1.settings.action', /"bakup".*"backup"/],
  ['actions.2.settings.comand', /"comand".*"command"/],
  ['schedule.hour', /25/],
  ['schedule.dayOfWeek', /mondy/],
];

describe('a job that is wrong in every way', function () {
  this.timeout(90_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let token: string;
  before(async () => {
    own = await startOwnPlatform();
    platform = own.platform;
    ({ token } = await platform.api.logIn('admin', 'a password for tests'));
  });
  after(() => own?.[Symbol.asyncDispose]());

  it('gets one answer from the API that names everything, each with its place and the nearest name', async () => {
    const answer = await asked(platform.apiUrl, 'POST /api/v1/jobs', { token, body: WRONG });
    assert.equal(answer.status, 400);
    assert.equal(answer.body['code'], 'input.invalid');
    const told = (answer.body['problems'] as { path: string; message: string }[]).map(
      ({ path, message }) => `${path}: ${message}`,
    );
    namesAll(told, [...FAULTS, ['clientId', /node2/], ['actions.3', /ffff/]]);
  });

  it('gets it from `firn job create` as well, with exit code 2', async () => {
    const file = join(platform.data, 'wrong.json');
    writeFileSync(file, JSON.stringify(WRONG, null, 2));
    await using firn = await startService(
      'cli',
      ['job', 'create', '--file', file, '--api-url', platform.apiUrl],
      {
        env: { FIRN_TOKEN: token },
      },
    );
    const { code } = await firn.exit;
    assert.equal(code, 2);
    const told = firn.log.map(({ msg }) => String(msg));
    namesAll(told, [...FAULTS, ['clientId', /node2/], ['actions.3', /ffff/]]);
  });

  it('gets it from the scheduler when it stands in a file, with lines', async () => {
    const { clientId: _, ...rest } = WRONG;
    platform.writeJob('wrong.yaml', JSON.stringify(rest, null, 2));
    const entry = await platform.scheduler.told('job file refused');
    assert.equal(entry['file'], 'wrong.yaml');
    const told = String(entry['reason']).split('; line ');
    namesAll(told, [...FAULTS, ['actions.3', /ffff/]]);
    for (const one of told) assert.match(one, /(line )?\d+, column \d+: /);
  });

  it('leaves nothing behind', async () => {
    assert.equal((await platform.api.jobs.list()).total, 0);
    assert.equal((await platform.api.actions.list()).total, 0);
  });
});

/** Each of `wanted` is told once, at its place. */
function namesAll(
  told: readonly string[],
  wanted: readonly (readonly [path: string, words: RegExp])[],
): void {
  for (const [path, words] of wanted) {
    const fits = told.filter((one) => one.includes(path) && words.test(one));
    assert.equal(fits.length, 1, `${path} ${words.source}, in:\n${told.join('\n')}`);
  }
}
