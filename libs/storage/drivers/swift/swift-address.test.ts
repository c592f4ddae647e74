import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { failsWith } from '#storage/testing';
import { swiftDriver } from './swift-driver.js';

const V1 = { authUrl: 'https://swift.example.org/auth/v1.0', user: 'a:u', password: 'secret-1' };
const V3 = {
  authUrl: 'https://keystone.example.org:5000/v3',
  user: 'u',
  password: 'secret-1',
  projectName: 'web',
};

const read = (address: string) => swiftDriver.fromAddress(new URL(address));
const placeOf = async (settings: object): Promise<string> => {
  const storage = await swiftDriver.open({ container: 'backups', ...settings });
  await storage.close();
  return storage.properties.place;
};

describe('an address of Swift', () => {
  it('names container, prefix and settings that are no secrets', () => {
    assert.deepEqual(read('swift://Backups_1'), { container: 'Backups_1' });
    assert.deepEqual(read('swift://backups/web-1/a%2Bb/?region=north&authUrl=https://k/v3'), {
      container: 'backups/web-1/a+b',
      region: 'north',
      authUrl: 'https://k/v3',
    });
    assert.deepEqual(read('swift://with%20blank'), { container: 'with blank' });
  });

  const REFUSED: readonly [why: string, address: string, message: RegExp][] = [
    ['a user and a password', 'swift://user:secret@backups', /settings, or by the environment/],
    ['a password as a parameter', 'swift://backups?password=secret', /no password.*setting/],
    ['a token as a parameter', 'swift://backups?token=secret', /no token/],
    ['no container', 'swift:///prefix', /names no container/],
    ['a port', 'swift://backups:8080/', /authUrl/],
    ['an unknown parameter', 'swift://backups?regoin=north', /"regoin" \(did you mean "region"\?\)/],
    ['one parameter twice', 'swift://backups?region=a&region=b', /two parameters "region"/],
    ['half an encoding', 'swift://backups/a%2', /not well encoded/],
  ];
  for (const [why, address, message] of REFUSED) {
    it(`is refused with ${why}`, async () => {
      const failure = await failsWith('storage.address-invalid', async () => read(address));
      assert.match(failure.message, message);
      assert.doesNotMatch(failure.message, /secret/);
    });
  }

  it('is what every example is', () => {
    for (const example of swiftDriver.examples) assert.ok(read(example)['container']);
  });
});

describe('the place of a Swift container', () => {
  it('is an address that can be read again and bears no secret', async () => {
    const place = await placeOf({ ...V3, container: 'backups/a', region: 'north' });
    assert.equal(
      place,
      'swift://backups/a?authUrl=https%3A%2F%2Fkeystone.example.org%3A5000%2Fv3&projectName=web&region=north',
    );
    const { container, ...settings } = read(place);
    assert.equal(container, 'backups/a');
    assert.equal(await placeOf({ ...V3, ...settings, container }), place);
  });

  it('is the same for users of one project, and another for another project, login or region', async () => {
    const place = await placeOf(V3);
    assert.equal(
      await placeOf({ ...V3, user: 'somebody', password: 'else', authUrl: `${V3.authUrl}/` }),
      place,
    );
    for (const other of [{ projectName: 'mail' }, { region: 'north' }, { authUrl: 'https://other/v3' }])
      assert.notEqual(await placeOf({ ...V3, ...other }), place);
    assert.match(await placeOf(V1), /user=a%3Au$/);
  });

  it('is that of the account alone when its address is given', async () => {
    const storageUrl = 'https://swift.example.org/v1/AUTH_web';
    const place = await placeOf({ ...V3, storageUrl });
    assert.equal(await placeOf({ token: 'secret-1', storageUrl: `${storageUrl}/` }), place);
    assert.doesNotMatch(place, /secret-1/);
  });
});

describe('the settings of Swift', () => {
  const REFUSED: readonly [why: string, settings: object, message: RegExp][] = [
    ['nothing to log in with', { authUrl: V3.authUrl }, /user: is needed to log in, or a token/],
    ['nowhere to log in', { user: 'u', password: 'secret-1' }, /authUrl: is needed/],
    ['no password', { authUrl: V3.authUrl, user: 'u' }, /password: is needed/],
    ['no key with version 1', { authUrl: V1.authUrl, user: 'a:u' }, /password: is needed.*version 1/],
    [
      'a credential without its secret',
      { authUrl: V3.authUrl, applicationCredentialId: 'x' },
      /Secret: is needed/,
    ],
    ['version 2', { ...V3, authVersion: '2.0' }, /authVersion: must be 1 or 3/],
    ['parts of 5 GiB', { ...V3, partSize: 5 * 2 ** 30 }, /partSize/],
    ['a login that is no web address', { ...V3, authUrl: 'ftp://x' }, /authUrl: must be an address/],
    ['a bad prefix', { ...V3, container: 'backups/../x' }, /container: must be/],
    ['a word it does not know', { ...V3, regoin: 'x' }, /"regoin" \(did you mean "region"\?\)/],
  ];
  for (const [why, settings, message] of REFUSED) {
    it(`are refused with ${why}`, async () => {
      const failure = await failsWith('input.invalid', () => placeOf(settings));
      assert.match(failure.message, message);
      assert.doesNotMatch(failure.message, /secret-1/);
    });
  }

  it('are taken as text, as addresses and the environment give them', async () => {
    const texts = {
      connections: '4',
      timeoutSeconds: '1.5',
      partSize: '1000',
      createContainer: 'no',
      authVersion: 'v3',
    };
    const storage = await swiftDriver.open({ container: 'c', ...V3, ...texts });
    assert.deepEqual(
      { connections: storage.properties.connections, most: storage.properties.maxObjectSize },
      { connections: 4, most: 1_000_000 },
    );
    await storage.close();
  });

  it('are filled by variables of settings that there are', () => {
    const known = Object.keys((swiftDriver.config as unknown as { shape: object }).shape);
    for (const [variable, setting] of Object.entries(swiftDriver.environment))
      assert.ok(known.includes(setting), `${variable} fills ${setting}`);
    for (const secret of swiftDriver.secrets) assert.ok(known.includes(secret));
  });

  it('name a file of certificates that can be read and holds some', async () => {
    await failsWith('input.file-unreadable', () => placeOf({ ...V3, caFile: '/not/there.pem' }));
    await failsWith('input.file-malformed', () => placeOf({ ...V3, caFile: '/dev/null' }));
  });
});
