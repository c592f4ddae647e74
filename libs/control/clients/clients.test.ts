import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import {
  createClient,
  deleteClient,
  getClient,
  listClients,
  registerClient,
  updateClient,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import {
  ADMIN,
  caps,
  MEMBER,
  OTHER,
  platform,
  PROJECT,
  registration,
  SERVICE,
  type Platform,
} from '../testing/platform.js';

describe('clients', () => {
  let here: Platform;
  beforeEach(() => {
    here = platform();
  });

  it('are made by registering, and brought up to date by registering again', async () => {
    const first = await registerClient(here.parts, SERVICE, PROJECT, registration('web1'));
    await updateClient(here.parts, MEMBER, PROJECT, 'web1', { description: 'the shop' });
    here.clock.advance(1000);
    const capabilities = caps({ storages: ['local'] });
    const again = await registerClient(
      here.parts,
      SERVICE,
      PROJECT,
      registration('web1', { capabilities, timezone: 'Europe/Berlin' }),
    );
    assert.equal(again.client.id, first.client.id);
    assert.deepEqual(
      [again.client.capabilities.storages, again.client.timezone],
      [['local'], 'Europe/Berlin'],
    );
    assert.deepEqual([again.client.description, again.leaseMs], ['the shop', 60_000]);
    assert.deepEqual(again.client.seenAt, here.clock.now());
    assert.equal((await listClients(here.parts, MEMBER, PROJECT)).total, 1);
  });

  it('are registered once when two schedulers come at the same time', async () => {
    const both = await Promise.all(
      [1, 2].map(() => registerClient(here.parts, SERVICE, PROJECT, registration('web1'))),
    );
    assert.equal(both[0]?.client.id, both[1]?.client.id);
  });

  it('that say nothing can do everything', async () => {
    const client = await createClient(here.parts, MEMBER, PROJECT, { clientId: 'web1', hostname: 'web1' });
    assert.deepEqual(client.capabilities, here.parts.allCapabilities);
    assert.equal(client.seenAt, undefined);
  });

  it('are found by what they are called, and by their uuid', async () => {
    const { id } = await createClient(here.parts, MEMBER, PROJECT, { clientId: 'web1', hostname: 'web1' });
    assert.equal((await getClient(here.parts, MEMBER, PROJECT, 'web1')).id, id);
    assert.equal((await getClient(here.parts, MEMBER, PROJECT, id)).clientId, 'web1');
    await rejection(getClient(here.parts, MEMBER, PROJECT, 'web2'), 'client.missing');
  });

  it('of a zone that does not exist are refused', async () => {
    const odd = registration('web1', { timezone: 'Europe/Berln' });
    const [problem] = await problems(registerClient(here.parts, SERVICE, PROJECT, odd));
    assert.match(problem ?? '', /^timezone: /);
  });

  it('that are central are seen by every project, after its own, and belong to theirs', async () => {
    await createClient(here.parts, ADMIN, OTHER, { clientId: 'vault', hostname: 'vault', central: true });
    await createClient(here.parts, MEMBER, PROJECT, { clientId: 'web1', hostname: 'web1' });
    const names = async (options: object) =>
      (await listClients(here.parts, MEMBER, PROJECT, options)).rows.map((client) => client.clientId);
    assert.deepEqual(await names({}), ['web1', 'vault']);
    assert.deepEqual(await names({ limit: 1 }), ['web1']);
    assert.deepEqual(await names({ offset: 1, limit: 1 }), ['vault']);
    assert.deepEqual(await names({ offset: 2 }), []);
    assert.equal((await getClient(here.parts, MEMBER, PROJECT, 'vault')).project, OTHER);
    await rejection(updateClient(here.parts, MEMBER, PROJECT, 'vault', {}), 'client.missing');
    assert.equal(await deleteClient(here.parts, MEMBER, PROJECT, 'vault'), false);
  });

  it('become central, and are no longer so, by an administrator only', async () => {
    await createClient(here.parts, MEMBER, PROJECT, { clientId: 'web1', hostname: 'web1' });
    await rejection(updateClient(here.parts, MEMBER, PROJECT, 'web1', { central: true }), 'auth.forbidden');
    await updateClient(here.parts, ADMIN, PROJECT, 'web1', { central: true });
    await rejection(updateClient(here.parts, MEMBER, PROJECT, 'web1', { central: false }), 'auth.forbidden');
    await rejection(deleteClient(here.parts, MEMBER, PROJECT, 'web1'), 'auth.forbidden');
    assert.equal(await deleteClient(here.parts, ADMIN, PROJECT, 'web1'), true);
    assert.equal(await deleteClient(here.parts, ADMIN, PROJECT, 'web1'), false);
  });
});
