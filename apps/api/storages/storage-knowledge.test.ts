import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { EndpointWish } from '#control';
import { storageDrivers } from '#storage/drivers';
import { storageKindView } from '#node-protocol';
import { storageKindView as viewOf } from '../views/storage-view.js';
import { storageKnowledge } from './storage-knowledge.js';

const wish = (own: Partial<EndpointWish>): EndpointWish => ({
  name: 'office',
  settings: {},
  secrets: [],
  ...own,
});
const SFTP = { host: 'nas', container: '/srv/backups' };

describe('a storage that somebody describes', () => {
  const good: readonly [why: string, given: Partial<EndpointWish>][] = [
    ['kind and settings', { kind: 'sftp', settings: SFTP }],
    ['with a secret', { kind: 'sftp', settings: SFTP, secrets: ['password'] }],
    ['Freezer’s name of a kind', { kind: 'ssh', settings: SFTP }],
    ['an address', { address: 'sftp://firn@nas/srv/backups' }],
    ['what the environment of the client may say', { kind: 's3', settings: { container: 'bucket' } }],
  ];
  for (const [why, given] of good) {
    it(`is taken: ${why}`, () => assert.deepEqual(storageKnowledge.examine(wish(given)).problems, []));
  }

  const bad: readonly [why: string, given: Partial<EndpointWish>, path: string, message: RegExp][] = [
    ['neither kind nor address', {}, 'kind', /missing/],
    ['a kind that is none', { kind: 'sftpp' }, 'kind', /did you mean "sftp"/],
    ['the name of a kind', { name: 's3', kind: 'sftp', settings: SFTP }, 'name', /is a kind/],
    ['almost the name of a kind', { name: 'sfpt', kind: 'sftp', settings: SFTP }, 'name', /too much like/],
    ['a setting that is none', { kind: 'sftp', settings: { ...SFTP, hots: 'x' } }, 'settings', /hots/],
    ['a setting that is missing', { kind: 'sftp', settings: { container: '/b' } }, 'settings.host', /./],
    [
      'a secret among the settings',
      { kind: 'sftp', settings: { ...SFTP, password: 'x' } },
      'settings.password',
      /"secrets"/,
    ],
    [
      'a reference among the settings',
      { kind: 'sftp', settings: { ...SFTP, passwordFile: '/x' } },
      'settings.passwordFile',
      /"secrets"/,
    ],
    [
      'a secret of another kind',
      { kind: 'sftp', settings: SFTP, secrets: ['token'] },
      'secrets.token',
      /password/,
    ],
    ['a password in the address', { address: 'sftp://firn:pass@nas/srv' }, 'address', /password/],
    ['an address of another kind', { kind: 'sftp', address: 's3://bucket/x' }, 'kind', /kind s3/],
  ];
  for (const [why, given, path, message] of bad) {
    it(`is refused: ${why}`, () => {
      const { problems } = storageKnowledge.examine(wish(given));
      const found = problems.find((problem) => problem.path === path);
      assert.match(found?.message ?? JSON.stringify(problems), message);
      assert.ok(!JSON.stringify(problems).includes('pass@'));
    });
  }

  it('is kind and settings, also when it was an address', () => {
    const { kind, settings } = storageKnowledge.examine(wish({ address: 'sftp://firn@nas:2222/srv' }));
    assert.equal(kind, 'sftp');
    assert.deepEqual([settings['host'], settings['user']], ['nas', 'firn']);
  });
});

describe('what an action says of storages', () => {
  it('are kinds, names, and kinds of addresses', () => {
    const said = storageKnowledge.named({ storage: ['ssh', 'office'], container: 's3://bucket/x' });
    assert.deepEqual(said, { kinds: ['sftp', 's3'], names: ['office'] });
    assert.deepEqual(storageKnowledge.named({ container: '/srv' }), { kinds: [], names: [] });
  });
});

describe('the kinds of storage as the API shows them', () => {
  for (const driver of storageDrivers) {
    it(`${driver.kind} has its settings, and a schema without its secrets`, () => {
      const view = storageKindView.parse(JSON.parse(JSON.stringify(viewOf(driver))));
      assert.ok(view.settings.length > 0);
      const properties = Object.keys(view.schema['properties'] as object);
      assert.deepEqual(
        view.settings.filter(({ name }) => !properties.includes(name)).map(({ secret }) => secret),
        driver.secrets.map(() => true),
      );
    });
  }
});
