import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { ActionId } from '#kernel';
import {
  createAction,
  createJob,
  deleteAction,
  getAction,
  getJob,
  registerClient,
  replaceAction,
  updateAction,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import {
  BACKUP,
  caps,
  MEMBER,
  PROJECT,
  registration,
  SERVICE,
  spec,
  withClient,
  type Platform,
} from '../testing/platform.js';

describe('actions', () => {
  let here: Platform;
  beforeEach(async () => {
    here = await withClient();
  });

  it('have the retries of Freezer when nothing is said, and keep what is', async () => {
    const plain = await createAction(here.parts, MEMBER, PROJECT, { settings: BACKUP });
    assert.deepEqual([plain.maxRetries, plain.maxRetriesInterval, plain.mandatory], [5, 6, false]);
    const own = await createAction(here.parts, MEMBER, PROJECT, {
      settings: BACKUP,
      maxRetries: 0,
      mandatory: true,
    });
    assert.deepEqual([own.maxRetries, own.mandatory], [0, true]);
  });

  it('are refused with the places of what is wrong, and with an id that is taken', async () => {
    assert.deepEqual(await problems(createAction(here.parts, MEMBER, PROJECT, { settings: {} })), [
      'settings.container: is missing',
    ]);
    await createAction(here.parts, MEMBER, PROJECT, { id: 'a', settings: BACKUP });
    await rejection(
      createAction(here.parts, MEMBER, PROJECT, { id: 'a', settings: BACKUP }),
      'action.exists',
    );
  });

  it('that change raise the revision of the jobs that use them, once for each change', async () => {
    const action = await createAction(here.parts, MEMBER, PROJECT, { settings: BACKUP });
    const { job } = await createJob(here.parts, MEMBER, PROJECT, spec({ actions: [{ id: action.id }] }));
    const revision = async () => (await getJob(here.parts, MEMBER, PROJECT, job.id)).job.revision;
    await updateAction(here.parts, MEMBER, PROJECT, action.id, { maxRetries: 1 });
    assert.equal(await revision(), 2);
    await updateAction(here.parts, MEMBER, PROJECT, action.id, { maxRetries: 1 });
    assert.equal(await revision(), 2);
    const { action: replaced, created } = await replaceAction(here.parts, MEMBER, PROJECT, action.id, {
      settings: BACKUP,
    });
    assert.deepEqual([replaced.maxRetries, created, await revision()], [5, false, 3]);
  });

  it('keep what a change says nothing of', async () => {
    const { id } = await createAction(here.parts, MEMBER, PROJECT, {
      settings: BACKUP,
      mandatory: true,
      maxRetries: 2,
    });
    const changed = await updateAction(here.parts, MEMBER, PROJECT, id, {
      settings: { ...BACKUP, container: '/x' },
    });
    assert.deepEqual([changed.mandatory, changed.maxRetries], [true, 2]);
  });

  it('are not changed into what the client of a job cannot do', async () => {
    const capabilities = caps({ storages: ['local'] });
    await registerClient(here.parts, SERVICE, PROJECT, registration('web1', { capabilities }));
    const { actions } = await createJob(here.parts, MEMBER, PROJECT, spec());
    const settings = { ...BACKUP, storage: 'sftp' };
    assert.deepEqual(
      await problems(updateAction(here.parts, MEMBER, PROJECT, actions[0]!.id, { settings })),
      ['settings.storage: client "web1" cannot do storage "sftp"; it can: local'],
    );
  });

  it('that are put where there is none are made', async () => {
    const put = await replaceAction(here.parts, MEMBER, PROJECT, 'a' as ActionId, { settings: BACKUP });
    assert.deepEqual([put.created, put.action.id], [true, 'a']);
  });

  it('that are deleted leave the jobs that used them', async () => {
    const action = await createAction(here.parts, MEMBER, PROJECT, { settings: BACKUP });
    const { job } = await createJob(
      here.parts,
      MEMBER,
      PROJECT,
      spec({ actions: [{ id: action.id }, { settings: BACKUP }] }),
    );
    assert.equal(await deleteAction(here.parts, MEMBER, PROJECT, action.id), true);
    assert.equal(await deleteAction(here.parts, MEMBER, PROJECT, action.id), false);
    await rejection(getAction(here.parts, MEMBER, PROJECT, action.id), 'action.missing');
    const after = await getJob(here.parts, MEMBER, PROJECT, job.id);
    assert.deepEqual([after.actions.length, after.job.revision], [1, 2]);
  });
});
