import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { query } from '#embedded-postgres/testing';
import type { RunView } from '#node-protocol';
import {
  assertSameTree,
  noise,
  requireProgram,
  startSshd,
  type PlatformFixture,
  type TestSshd,
} from '#test/support';
import { asked } from './asked.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

/** Opens the private key of the account: without it nothing gets onto the server. */
const SECRET = 'zimtstern-und-vanillekipferl-27';

describe('storages of the API', function () {
  this.timeout(120_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let sshd: TestSshd;
  let source: string;
  const answers: string[] = [];
  /** Of processes at work: arguments and environments. */
  const seen: string[] = [];

  before(async function () {
    requireProgram(this, 'sshd');
    sshd = await startSshd();
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', SECRET, '-f', sshd.privateKeyFile]);
    own = await startOwnPlatform({
      apiArgs: ['--log-level=debug'],
      schedulerArgs: ['--log-level=debug'],
    });
    platform = own.platform;
    source = join(platform.data, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'noise'), noise(2 << 20));
    writeFileSync(join(source, 'words'), 'words');
  });
  after(async () => {
    await own?.[Symbol.asyncDispose]();
    await sshd?.[Symbol.asyncDispose]();
  });

  const backup = (name: string, storage: string | readonly string[]) => ({
    settings: { action: 'backup', path_to_backup: source, backup_name: name, storage },
  });
  const ended = async (job: string): Promise<RunView> => {
    const isOver = ({ state }: RunView) => ['succeeded', 'incomplete', 'failed', 'cancelled'].includes(state);
    return platform.until(`the end of job ${job}`, async () => {
      seen.push(...processTexts());
      return (await platform.runsOf(job)).find(isOver);
    });
  };

  it('are where jobs of the API keep backups, on this machine', async () => {
    const container = join(platform.data, 'disk');
    await platform.api.storages.create({ name: 'disk', kind: 'local', settings: { container } });
    const job = await platform.makeJob([backup('plain', 'disk')]);
    const { state, attempts } = await ended(job.id);
    assert.equal(state, 'succeeded', JSON.stringify(attempts));
    assert.ok(readdirSync(container).includes('firn.json'));
  });

  it('are opened with a secret that only the API keeps', async () => {
    const { host, port, user, privateKeyFile, knownHostsFile, directory } = sshd;
    const office = {
      ...{ name: 'office', kind: 'sftp', description: 'the other house' },
      settings: { host, port, user, privateKeyFile, knownHostsFile, container: join(directory, 'backups') },
    };
    const made = await platform.api.storages.create({
      ...office,
      secrets: { passphrase: { value: 'wrong' } },
    });
    const refused = await platform.makeJob([backup('refused', 'office')]);
    assert.equal((await ended(refused.id)).state, 'failed');

    const changed = await platform.api.storages.update(made.id, {
      secrets: { passphrase: { value: SECRET } },
    });
    assert.deepEqual(changed.secrets, { passphrase: { sealed: true } });
    const job = await platform.makeJob([backup('kept', ['office', 'disk'])]);
    const { state, attempts } = await ended(job.id);
    assert.equal(state, 'succeeded', JSON.stringify(attempts));
    assert.ok(readdirSync(join(directory, 'backups')).includes('firn.json'));
  });

  it('are where a backup is restored from', async () => {
    const { items } = await platform.api.backups.list({ backupName: 'kept' });
    const target = join(platform.data, 'restored');
    rmSync(join(platform.data, 'disk'), { recursive: true });
    const job = await platform.api.restore({ backupId: items[0]?.id ?? '', target });
    assert.deepEqual(job.actions[0]?.settings['storage'], ['office', 'disk']);
    const { state, attempts } = await ended(job.id);
    assert.equal(state, 'succeeded', JSON.stringify(attempts));
    await assertSameTree(source, target);
  });

  it('stay while jobs name them', async () => {
    await assert.rejects(platform.api.storages.remove('office'), {
      code: 'input.invalid',
      message: /used by job/,
    });
  });

  it('show their secrets nowhere: not in the database, logs, answers, processes or files of the platform', async () => {
    const { token } = await platform.api.logIn('admin', 'a password for tests');
    for (const path of ['storages', 'storages/office', 'jobs', 'actions', 'runs?limit=1000', 'backups'])
      answers.push((await asked(platform.apiUrl, `GET /api/v1/${path}`, { token })).text);
    assert.ok(answers.join('').includes('"sealed":true'));
    const said = [platform.apiProcess, platform.scheduler].flatMap(({ out, log }) => [
      ...out,
      JSON.stringify(log),
    ]);
    assert.ok(said.join('').includes('storages handed to the client of a run'));
    assert.ok(
      seen.some((text) => text.includes('apps/agent/main.js')),
      'an agent was seen at work',
    );

    const places: Readonly<Record<string, string>> = {
      database: await dump(own.databaseUrl),
      logs: said.join('\n'),
      answers: answers.join('\n'),
      processes: seen.join('\n'),
      'state of the API': filesBelow(platform.state),
      'state of the scheduler': filesBelow(platform.schedulerState),
      jobs: filesBelow(platform.jobs),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 0 || place === 'jobs', place);
      for (const form of [SECRET, Buffer.from(SECRET).toString('base64'), encodeURIComponent(SECRET)])
        assert.ok(!text.includes(form), `the secret is in the ${place}`);
    }
  });
});

/** Every row of every table, as text. */
async function dump(url: string): Promise<string> {
  const tables = await query(
    url,
    "SELECT schemaname || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'",
  );
  const texts: string[] = [];
  for (const { name } of tables)
    texts.push(JSON.stringify(await query(url, `SELECT t::text FROM ${String(name)} t`)));
  assert.ok(texts.some((text) => text.includes('office') && text.includes('sealed')));
  return texts.join('\n');
}

/** Arguments and environments of every process that can be looked into. */
function processTexts(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => textOf(`/proc/${pid}/${file}`)));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has ended.
    return '';
  }
}

function filesBelow(directory: string): string {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}
