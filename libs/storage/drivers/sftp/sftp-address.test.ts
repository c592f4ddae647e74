import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, isFailure } from '#kernel';
import { storageDriver } from '#storage/drivers';
import { containerPath, placeOf } from './sftp-address.js';

const sftp = storageDriver('sftp');

describe('addresses of sftp', () => {
  const cases: readonly [address: string, settings: object][] = [
    ['sftp://host/srv/backups', { host: 'host', container: '/srv/backups' }],
    ['ssh://me@host:2222/a', { host: 'host', port: '2222', user: 'me', container: '/a' }],
    ['sftp://host/~/a/b', { host: 'host', container: '~/a/b' }],
    ['sftp://host/~', { host: 'host', container: '~' }],
    ['sftp://host/~a', { host: 'host', container: '/~a' }],
    ['sftp://host', { host: 'host' }],
    [
      'sftp://a%40b@[::1]:22/with%20blank',
      { host: '::1', port: '22', user: 'a@b', container: '/with blank' },
    ],
    [
      'sftp://host/a?connections=2&knownHostsFile=/k',
      {
        host: 'host',
        container: '/a',
        connections: '2',
        knownHostsFile: '/k',
      },
    ],
  ];
  for (const [address, settings] of cases) {
    it(`reads ${address}`, () => assert.deepEqual(sftp.fromAddress(new URL(address)), settings));
  }

  const refused: readonly [address: string, says: RegExp][] = [
    ['sftp://me:geheim@host/a', /passwordFile/],
    ['sftp://host/a?conections=2', /did you mean "connections"/],
    ['sftp://host/a?password=geheim', /unknown parameter "password"/],
    ['sftp://host/a#b', /%23/],
    ['sftp://host/%zz', /hexadecimal/],
    ['sftp:///a', /no host/],
  ];
  for (const [address, says] of refused) {
    it(`refuses ${address.replace('geheim', '…')}, and shows no secret`, () => {
      assert.throws(
        () => sftp.fromAddress(new URL(address)),
        (error) =>
          isFailure(error, 'storage.address-invalid') &&
          says.test(error.message) &&
          !JSON.stringify([error.message, error.context]).includes('geheim'),
      );
    });
  }

  it('gives every place one address, however it was written', () => {
    const places: readonly [container: string, place: string][] = [
      ['/srv/backups/', 'sftp://me@host/srv/backups'],
      ['/srv//./backups', 'sftp://me@host/srv/backups'],
      ['/', 'sftp://me@host/'],
      ['backups', 'sftp://me@host/~/backups'],
      ['~/backups/', 'sftp://me@host/~/backups'],
      ['./backups', 'sftp://me@host/~/backups'],
      ['~', 'sftp://me@host/~'],
      ['.', 'sftp://me@host/~'],
      ['-rf/~x', 'sftp://me@host/~/-rf/~x'],
      ['/a b?c#d', 'sftp://me@host/a%20b%3Fc%23d'],
    ];
    for (const [container, place] of places)
      assert.equal(placeOf('me', 'Host', 22, containerPath(container)), place);
    assert.equal(placeOf('a@b', '::1', 2222, '/x'), 'sftp://a%40b@[::1]:2222/x');
  });

  it('reads its own places', () => {
    for (const container of ['/srv/backups', '~/a b', '~']) {
      const place = placeOf('a@b', 'host', 2222, containerPath(container));
      const said = sftp.fromAddress(new URL(place));
      assert.equal(containerPath(String(said['container'])), containerPath(container));
    }
  });

  for (const [why, wrong] of [
    ['a way out', { container: '/a/../b' }],
    ['no container', { container: '' }],
    ['a control character', { container: '/a\nb' }],
    ['a host that is none', { host: "h';rm" }],
    ['a port that is none', { port: 70_000 }],
    ['an unknown setting', { prot: 22 }],
  ] as const) {
    it(`refuses settings with ${why}`, async () => {
      const settings = { container: '/a', host: 'h', password: 'x', ...wrong };
      await assert.rejects(
        sftp.open(settings),
        (error) => error instanceof Failure && error.code === 'input.invalid',
      );
    });
  }

  it('is called ssh too, as Freezer does', () => assert.equal(storageDriver('ssh'), sftp));
});
