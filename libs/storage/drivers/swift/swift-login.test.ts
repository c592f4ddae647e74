import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { failsWith, keysOf, textAt, textBody } from '#storage/testing';
import { requireSwift, sharedSwift, startFakeKeystone, swiftToken, type TestHttpServer } from '#test/support';
import { GivenSwift } from './testing/given-swift.js';

interface TokenRequest {
  readonly auth: { readonly identity: object; readonly scope?: object };
}

describe('the login to Swift', () => {
  let given: GivenSwift;
  before(async function () {
    requireSwift(this);
    given = new GivenSwift(await sharedSwift());
  });
  afterEach(() => given.close());

  describe('of version 1', () => {
    it('refuses a wrong key and an unknown user, and says no secret', async () => {
      for (const settings of [{ password: 'not-this' }, { user: 'test:nobody' }]) {
        const storage = await given.storage(settings);
        const failure = await failsWith('storage.login-refused', () => storage.put('a', textBody('x')));
        assert.doesNotMatch(failure.message + JSON.stringify(failure.context), /not-this|testing/);
      }
    });

    it('says when nobody answers to a login there', async () => {
      const storage = await given.storage({ authUrl: `${given.swift.url}/v1`, authVersion: 1 });
      await failsWith('storage.unsupported', () => keysOf(storage));
    });

    it('says when no server is there', async () => {
      const storage = await given.storage({ authUrl: 'http://127.0.0.1:1/auth/v1.0' });
      await failsWith('storage.unavailable', () => keysOf(storage));
    });

    it('is made once for many calls', async () => {
      const storage = await given.storage();
      await Promise.all(['a', 'b', 'c'].map((key) => storage.put(key, textBody(key))));
      assert.equal(await textAt(storage, 'b'), 'b');
    });
  });

  describe('by a token that is given with the address of the account', () => {
    it('takes it as it is', async () => {
      const { token, storageUrl } = await swiftToken(given.swift.auth);
      const storage = await given.plainStorage({ token, storageUrl });
      await storage.put('a', textBody('x'));
      assert.equal(await textAt(storage, 'a'), 'x');
    });

    it('refuses one that has ended', async () => {
      const { storageUrl } = await swiftToken(given.swift.auth);
      const storage = await given.plainStorage({ token: 'AUTH_tkended', storageUrl });
      const failure = await failsWith('storage.login-refused', () => storage.put('a', textBody('x')));
      assert.doesNotMatch(failure.message + JSON.stringify(failure.context), /AUTH_tkended/);
    });
  });

  describe('by a fake Keystone, with the real Swift behind it', () => {
    let keystone: TestHttpServer;
    let authUrl: string;
    before(async function () {
      requireSwift(this);
      keystone = await startFakeKeystone(given.swift);
      authUrl = `${keystone.url}/v3`;
    });
    after(() => keystone?.[Symbol.asyncDispose]());

    const domain = { name: 'Default' };
    const user = { name: 'firn', domain };
    const password = { user: 'firn', password: 'secret', region: 'north' };
    const LOGINS: readonly [why: string, settings: object, asked: TokenRequest['auth']][] = [
      [
        'a password, for a project by name',
        { ...password, projectName: 'web' },
        {
          identity: { methods: ['password'], password: { user: { ...user, password: 'secret' } } },
          scope: { project: { name: 'web', domain } },
        },
      ],
      [
        'a password, with ids and domains',
        { ...password, projectId: 'p-1', userDomainName: 'people', projectDomainName: 'not used' },
        {
          identity: {
            methods: ['password'],
            password: { user: { name: 'firn', domain: { name: 'people' }, password: 'secret' } },
          },
          scope: { project: { id: 'p-1' } },
        },
      ],
      [
        'a password of a user by id',
        { userId: 'u-1', password: 'secret', region: 'north', projectName: 'web', projectDomainId: 'd-1' },
        {
          identity: { methods: ['password'], password: { user: { id: 'u-1', password: 'secret' } } },
          scope: { project: { name: 'web', domain: { id: 'd-1' } } },
        },
      ],
      [
        'a password, by a trust',
        { ...password, trustId: 't-1', projectName: 'not used' },
        {
          identity: { methods: ['password'], password: { user: { ...user, password: 'secret' } } },
          scope: { 'OS-TRUST:trust': { id: 't-1' } },
        },
      ],
      [
        'an application credential by id',
        { applicationCredentialId: 'ac-1', applicationCredentialSecret: 'ac-secret', region: 'north' },
        {
          identity: {
            methods: ['application_credential'],
            application_credential: { id: 'ac-1', secret: 'ac-secret' },
          },
        },
      ],
      [
        'an application credential by name',
        {
          ...{ applicationCredentialName: 'robot', applicationCredentialSecret: 'ac-secret' },
          ...{ user: 'firn', region: 'north' },
        },
        {
          identity: {
            methods: ['application_credential'],
            application_credential: { name: 'robot', secret: 'ac-secret', user },
          },
        },
      ],
      [
        'a token',
        { token: 'given-token', projectId: 'p-1', region: 'north' },
        { identity: { methods: ['token'], token: { id: 'given-token' } }, scope: { project: { id: 'p-1' } } },
      ],
    ];
    for (const [why, settings, asked] of LOGINS) {
      it(`takes ${why}`, async () => {
        const storage = await given.plainStorage({ authUrl, ...settings });
        await storage.put('a', textBody('x'));
        assert.equal(await textAt(storage, 'a'), 'x');
        assert.deepEqual(keystone.heard.at(-1)?.body, { auth: asked });
      });
    }

    it('takes the address with or without its version, and the inner address of the catalog', async () => {
      for (const url of [keystone.url, `${authUrl}/`, `${authUrl}/auth/tokens`]) {
        const settings = { ...password, authUrl: url, projectId: 'p', interface: 'internalURL' };
        const storage = await given.plainStorage(settings);
        await storage.put('a', textBody('x'));
      }
    });

    it('refuses what Keystone does not know', async () => {
      for (const settings of [
        { ...password, password: 'wrong-secret' },
        { applicationCredentialId: 'ac-1', applicationCredentialSecret: 'wrong-secret' },
        { token: 'wrong-secret' },
      ]) {
        const storage = await given.plainStorage({ authUrl, ...settings });
        const failure = await failsWith('storage.login-refused', () => keysOf(storage));
        assert.doesNotMatch(failure.message + JSON.stringify(failure.context), /wrong-secret/);
      }
    });

    it('names the regions there are when the one asked for is none of them', async () => {
      const storage = await given.plainStorage({ authUrl, ...password, region: 'west' });
      const failure = await failsWith('storage.unsupported', () => keysOf(storage));
      assert.match(failure.message, /region "west".*south, north/);
    });

    it('goes where the region says, and where storageUrl says before all', async () => {
      const south = await given.plainStorage({ authUrl, ...password, region: 'south' });
      await failsWith('storage.unavailable', () => keysOf(south));
      const { storageUrl } = await swiftToken(given.swift.auth);
      const there = await given.plainStorage({ authUrl, ...password, region: 'south', storageUrl });
      await there.put('a', textBody('x'));
    });

    it('says when it is no Keystone', async () => {
      const storage = await given.plainStorage({ ...password, authUrl: `${given.swift.url}/healthcheck` });
      await failsWith('storage.unsupported', () => keysOf(storage));
    });
  });
});
