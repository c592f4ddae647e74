import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, it } from 'mocha';
import type { StorageRequest } from '#node-protocol';
import {
  claimOccurrence,
  createEndpoint,
  createJob,
  deleteEndpoint,
  deleteJob,
  endpointsForRun,
  getEndpoint,
  registerClient,
  reportRun,
  requestRestore,
  updateEndpoint,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import {
  actor,
  ADMIN,
  BACKUP,
  caps,
  claimOf,
  MEMBER,
  OTHER,
  PROJECT,
  registration,
  report,
  SERVICE,
  spec,
  stored,
  withClient,
  type Platform,
} from '../testing/platform.js';
import { openedText, sealedText, sealingKeyId } from './sealing.js';

const PASSWORD = 'correct horse battery staple';
const OFFICE: StorageRequest = {
  ...{ name: 'office', kind: 'sftp', settings: { host: 'nas' }, secrets: { password: { value: PASSWORD } } },
};
const { container: _container, ...PLACELESS } = BACKUP;
const TO_OFFICE = { ...PLACELESS, storage: 'office' };

describe('sealed texts', () => {
  const key = randomBytes(32);
  const bound = ['p', 'id', 'password'];

  it('open with their key, for those they are bound to, and for nobody else', () => {
    const sealed = sealedText(key, PASSWORD, bound, randomBytes);
    assert.equal(openedText([randomBytes(32), key], sealed, bound), PASSWORD);
    assert.equal(openedText([randomBytes(32)], sealed, bound), undefined);
    assert.equal(openedText([key], sealed, ['p', 'other', 'password']), undefined);
    const cut = { ...sealed, text: Buffer.from(sealed.text, 'base64').subarray(0, -1).toString('base64') };
    assert.equal(openedText([key], cut, bound), undefined);
  });

  it('are never twice the same, and name their key without telling it', () => {
    const [one, two] = [
      sealedText(key, PASSWORD, bound, randomBytes),
      sealedText(key, PASSWORD, bound, randomBytes),
    ];
    assert.notEqual(one.text, two.text);
    assert.equal(one.key, sealingKeyId(key));
    assert.ok(!JSON.stringify(one).includes(key.toString('hex').slice(0, 16)));
  });
});

describe('storages of the API', () => {
  let here: Platform;
  const make = (request = OFFICE) => createEndpoint(here.parts, MEMBER, PROJECT, request);
  const job = (settings: object = TO_OFFICE) =>
    createJob(here.parts, MEMBER, PROJECT, spec({ actions: [{ settings: { ...settings } }] }));
  const claim = async (settings?: object) => {
    const { job: made, actions } = await job(settings);
    const claimed = await claimOccurrence(here.parts, SERVICE, PROJECT, claimOf(made.id, here.clock.now()));
    return { ...claimed, action: actions[0]!.id };
  };
  beforeEach(async () => {
    here = await withClient();
  });

  it('keep secrets under seal, and references as they are', async () => {
    const { secrets } = await make();
    assert.ok('sealed' in secrets['password']! && !JSON.stringify(secrets).includes(PASSWORD));
    const changed = await updateEndpoint(here.parts, MEMBER, PROJECT, 'office', {
      secrets: { password: { file: '/etc/firn/nas' } },
    });
    assert.deepEqual(changed.secrets, { password: { file: '/etc/firn/nas' } });
    assert.ok(!JSON.stringify(here.log).includes(PASSWORD));
  });

  it('keep a secret that a change says nothing of, or shows back, and lose one that is null', async () => {
    const { id, secrets } = await make();
    const change = (patch: object) => updateEndpoint(here.parts, MEMBER, PROJECT, id, patch);
    assert.deepEqual((await change({ settings: { host: 'other' } })).secrets, secrets);
    assert.deepEqual((await change({ secrets: { password: { sealed: true } } })).secrets, secrets);
    assert.deepEqual((await change({ secrets: { password: null } })).secrets, {});
    assert.match(
      (await problems(change({ secrets: { password: { sealed: true } } })))[0] ?? '',
      /^secrets\.password/,
    );
  });

  it('are refused with everything that is wrong, and with a name that is taken', async () => {
    assert.deepEqual(await problems(make({ name: 'x', kind: 'odd', secrets: { token: { value: 'v' } } })), [
      'kind: unknown kind "odd"',
      'secrets.token: is none',
    ]);
    await make();
    await rejection(make(), 'metadata.duplicate');
  });

  it('are handed to who has claimed the run, and to nobody else', async () => {
    await make();
    const { run, action, storages } = await claim();
    assert.deepEqual(storages, [action]);
    const ask = (who = SERVICE, request: object = {}) =>
      endpointsForRun(here.parts, who, PROJECT, run.id, { fence: 1, claimId: 'c1', action, ...request });
    const office = {
      name: 'office',
      kind: 'sftp',
      settings: { host: 'nas' },
      secrets: { password: PASSWORD },
    };
    assert.deepEqual(await ask(), [office]);
    await rejection(ask(ADMIN), 'auth.forbidden');
    await rejection(ask(MEMBER), 'auth.forbidden');
    await rejection(ask(SERVICE, { claimId: 'guessed' }), 'run.lease-lost');
    await rejection(ask(SERVICE, { fence: 2 }), 'run.lease-lost');
    await rejection(ask(SERVICE, { action: 'another' }), 'action.missing');
    await rejection(
      endpointsForRun(here.parts, actor('service', OTHER), OTHER, run.id, {
        fence: 1,
        claimId: 'c1',
        action,
      }),
      'run.missing',
    );
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report());
    await rejection(ask(), 'run.transition-invalid');
    assert.ok(!JSON.stringify(here.log).includes(PASSWORD));
  });

  it('are not asked for by runs that name none, and may be known to the client alone', async () => {
    assert.deepEqual((await claim(BACKUP)).storages, []);
    assert.deepEqual((await claim({ ...TO_OFFICE, storage: 'of-the-client' })).storages, []);
  });

  it('cannot go, nor lose their name, while a job says it', async () => {
    const { id } = await make();
    const { job: using } = await job({ ...TO_OFFICE, storage: ['office', 'local'], container: '/b' });
    const said = await problems(deleteEndpoint(here.parts, MEMBER, PROJECT, id));
    assert.match(said[0] ?? '', new RegExp(`used by job ${using.id}`));
    assert.match(
      (await problems(updateEndpoint(here.parts, MEMBER, PROJECT, id, { name: 'cellar' })))[0] ?? '',
      new RegExp(using.id),
    );
    await deleteJob(here.parts, MEMBER, PROJECT, using.id);
    assert.equal((await updateEndpoint(here.parts, MEMBER, PROJECT, id, { name: 'cellar' })).name, 'cellar');
    assert.equal(await deleteEndpoint(here.parts, MEMBER, PROJECT, 'cellar'), true);
    assert.equal(await deleteEndpoint(here.parts, MEMBER, PROJECT, 'cellar'), false);
    await rejection(getEndpoint(here.parts, MEMBER, PROJECT, id), 'storage.missing');
  });

  it('count as their kind where a client cannot do it', async () => {
    await make();
    const capabilities = caps({ storages: ['local'] });
    await registerClient(here.parts, SERVICE, PROJECT, registration('web1', { capabilities }));
    assert.deepEqual(await problems(job()), [
      'actions.0.settings.storage: client "web1" cannot do storage "sftp"; it can: local',
    ]);
  });

  it('are where a backup is restored from that was made there', async () => {
    await make();
    const { run } = await claim();
    const backups = [stored('b1', { storage: 'sftp', container: '/srv' })];
    await reportRun(here.parts, SERVICE, PROJECT, run.id, report({ backups }));
    const restored = await requestRestore(here.parts, MEMBER, PROJECT, { backupId: 'b1', target: '/t' });
    const { storage, container } = restored.actions[0]!.settings;
    assert.deepEqual([storage, container], ['office', undefined]);
  });

  it('move to a new key with their next change, and open with the old one until then', async () => {
    await make();
    const [old] = await here.parts.sealingKeys();
    const fresh = randomBytes(32);
    const parts = { ...here.parts, sealingKeys: async () => [fresh, old!] };
    const { run, action } = await claim();
    const opened = async (keys: readonly Uint8Array[]) =>
      endpointsForRun({ ...parts, sealingKeys: async () => keys }, SERVICE, PROJECT, run.id, {
        ...{ fence: 1, claimId: 'c1', action },
      });
    assert.equal((await opened([fresh, old!]))[0]?.secrets['password'], PASSWORD);
    await updateEndpoint(parts, MEMBER, PROJECT, 'office', {});
    assert.equal((await opened([fresh]))[0]?.secrets['password'], PASSWORD);
    assert.match((await rejection(opened([old!]), 'input.invalid')).message, /password of storage "office"/);
  });

  it('are not sealed by an API that lacks the key of the others', async () => {
    await make();
    const stranger = { ...here.parts, sealingKeys: async () => [randomBytes(32)] };
    const request = createEndpoint(stranger, MEMBER, PROJECT, { ...OFFICE, name: 'second' });
    assert.match((await rejection(request, 'input.invalid')).message, /--sealing-key-file/);
    const plain = { ...OFFICE, name: 'third', secrets: { password: { variable: 'NAS' } } };
    assert.equal((await createEndpoint(stranger, MEMBER, PROJECT, plain)).name, 'third');
  });
});
