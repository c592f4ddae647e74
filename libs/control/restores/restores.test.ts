import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { JobSpec } from '#node-protocol';
import {
  claimOccurrence,
  createJob,
  deleteBackup,
  deleteJob,
  getBackup,
  listBackups,
  recordBackup,
  registerClient,
  reportRun,
  requestRestore,
  updateBackup,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import {
  BACKUP,
  claimOf,
  MEMBER,
  PROJECT,
  registration,
  report,
  SERVICE,
  spec,
  stored,
  withClient,
  type Platform,
} from '../testing/platform.js';

const RESTORED = {
  action: 'restore',
  backup_id: 'b1',
  backup_name: 'www',
  container: '/srv/backups',
  hostname: 'web1',
  storage: 'local',
  restore_abs_path: '/t',
};

describe('backups that are remembered', () => {
  let here: Platform;
  const record = (metadata: object, clientId?: string) =>
    recordBackup(here.parts, SERVICE, PROJECT, { clientId, metadata: metadata as never });
  beforeEach(async () => {
    here = await withClient();
  });

  it('are available unless something else is said, which is no part of their metadata', async () => {
    assert.equal((await record(stored('b1'))).status, 'available');
    const failed = await record(stored('b2', { status: 'error' }), 'web1');
    assert.deepEqual([failed.status, 'status' in failed.metadata, failed.clientId], ['error', false, 'web1']);
  });

  it('are the same when the same stored backup is told again, and others where the place is another', async () => {
    const first = await record(stored('b1'));
    assert.equal((await record(stored('b1', { level: 3 }))).id, first.id);
    assert.notEqual((await record(stored('b1', { container: '/copy' }))).id, first.id);
    const unnamed = { container: 'c', hostname: 'h', backup_name: 'b' };
    assert.notEqual((await record(unnamed)).id, (await record(unnamed)).id);
  });

  it('are refused with everything that is wrong', async () => {
    const found = await problems(record(stored('b1', { status: 'odd' }), 'web9'));
    assert.deepEqual(
      found.map((each) => each.split(':')[0]),
      ['clientId', 'metadata.status'],
    );
  });

  it('are changed key by key, listed by name and container, and forgotten', async () => {
    const { id } = await record(stored('b1'), 'web1');
    const changed = await updateBackup(here.parts, MEMBER, PROJECT, id, {
      status: 'deleting',
      metadata: { level: 1, note: 'x' },
    });
    assert.deepEqual(
      [changed.status, changed.metadata['level'], changed.metadata['note'], changed.metadata['backup_id']],
      ['deleting', 1, 'x', 'b1'],
    );
    const total = async (filter: object) => (await listBackups(here.parts, MEMBER, PROJECT, filter)).total;
    assert.deepEqual(
      [
        await total({ backupName: 'www' }),
        await total({ container: '/no' }),
        await total({ clientId: 'web1' }),
      ],
      [1, 0, 1],
    );
    assert.equal(await deleteBackup(here.parts, MEMBER, PROJECT, id), true);
    assert.equal(await deleteBackup(here.parts, MEMBER, PROJECT, id), false);
    await rejection(getBackup(here.parts, MEMBER, PROJECT, id), 'backup.not-recorded');
  });
});

describe('a restore', () => {
  let here: Platform;
  const restore = (rest: object = {}) =>
    requestRestore(here.parts, MEMBER, PROJECT, { backupId: 'b1', target: '/t', ...rest });
  const backedUp = async (settings: object, rest: Partial<JobSpec> = {}) => {
    const { job } = await createJob(
      here.parts,
      MEMBER,
      PROJECT,
      spec({ actions: [{ settings: { ...BACKUP, ...settings } }], ...rest }),
    );
    const { run } = await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(job.id, here.clock.now()));
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ backups: [stored('b1')] }));
    return job;
  };
  beforeEach(async () => {
    here = await withClient();
  });

  it('is a job that runs once, for the client that made the backup', async () => {
    await backedUp({});
    const { job, actions } = await restore();
    assert.deepEqual(
      [job.clientId, job.schedule, job.status, job.description],
      ['web1', {}, 'new', 'restore of www b1'],
    );
    assert.deepEqual(
      actions.map(({ settings }) => settings),
      [RESTORED],
    );
  });

  it('is asked for by the id of the record, too', async () => {
    await backedUp({});
    const { rows } = await listBackups(here.parts, MEMBER, PROJECT);
    assert.deepEqual((await restore({ backupId: rows[0]!.id })).actions[0]?.settings, RESTORED);
    await rejection(restore({ backupId: 'b9' }), 'backup.not-recorded');
  });

  it('finds the passphrase file and the place as the backup did, in whatever spelling, and nothing else', async () => {
    await backedUp({
      'encrypt-pass-file': '/etc/pass',
      sshKey: '/etc/key',
      compression: 'gzip',
      ssh_password: 'x',
    });
    assert.deepEqual((await restore()).actions[0]?.settings, {
      ...RESTORED,
      encrypt_pass_file: '/etc/pass',
      ssh_key: '/etc/key',
    });
  });

  it('works without the job that made the backup', async () => {
    const job = await backedUp({ encrypt_pass_file: '/etc/pass' });
    await deleteJob(here.parts, MEMBER, PROJECT, job.id);
    assert.deepEqual((await restore()).actions[0]?.settings, RESTORED);
  });

  it('takes another client, patterns and further settings, which win over what was found', async () => {
    await registerClient(here.parts, SERVICE, PROJECT, registration('web2'));
    await backedUp({ encrypt_pass_file: '/etc/pass' });
    const settings = { encryptPassFile: '/mine', overwrite: 'never' };
    const { job, actions } = await restore({ clientId: 'web2', include: ['*.txt'], settings });
    assert.equal(job.clientId, 'web2');
    assert.deepEqual(actions[0]?.settings, { ...RESTORED, ...settings, include: ['*.txt'] });
  });

  it('of a backup that has no id is that of its time', async () => {
    const metadata = { container: '/c', hostname: 'h', backup_name: 'n', time_stamp: 1_767_225_600 };
    const { id } = await recordBackup(here.parts, MEMBER, PROJECT, { clientId: 'web1', metadata });
    const { settings } = (await restore({ backupId: id })).actions[0]!;
    assert.deepEqual(
      [settings['restore_from_date'], settings['backup_id']],
      ['2026-01-01T00:00:00.000Z', undefined],
    );
  });

  it('is refused with everything that is wrong, in the words of the request', async () => {
    const metadata = { container: '', hostname: 'h', backup_name: 'n' };
    const { id } = await recordBackup(here.parts, MEMBER, PROJECT, { metadata });
    await updateBackup(here.parts, MEMBER, PROJECT, id, { status: 'deleted' });
    const found = await problems(
      restore({ backupId: id, clientId: 'web9', settings: { restoreAbsPath: '/x' } }),
    );
    assert.deepEqual(
      found.map((each) => each.split(':')[0]),
      ['backupId', 'backupId', 'settings.restoreAbsPath', 'clientId', 'settings.container'],
    );
    const unnamed = await problems(restore({ backupId: id }));
    assert.ok(unnamed.some((each) => each.startsWith('clientId: is missing')));
  });
});
