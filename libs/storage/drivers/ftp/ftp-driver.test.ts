import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { failsWith } from '#storage/testing';
import { withTemporaryDirectory } from '#test/support';
import { storageDriver } from '../index.js';
import { placeOf } from './ftp-address.js';
import { ftpDriver, ftpsDriver } from './ftp-driver.js';

describe('addresses of FTP servers', () => {
  for (const [address, said] of [
    ['ftp://backup@ftp.example.org/a/b', { host: 'ftp.example.org', user: 'backup', container: 'a/b' }],
    ['ftp://ftp.example.org:2121', { host: 'ftp.example.org', port: '2121', container: '.' }],
    ['ftp://h/%2Fsrv/a%20b?connections=2', { host: 'h', container: '/srv/a b', connections: '2' }],
    ['ftp://h//srv/a', { host: 'h', container: '/srv/a' }],
    ['ftp://[::1]/a', { host: '::1', container: 'a' }],
    [
      'ftps://me%40home@h/a?implicit=true&caFile=/etc/ca.pem',
      { host: 'h', user: 'me@home', container: 'a', implicit: 'true', caFile: '/etc/ca.pem' },
    ],
  ] as const) {
    it(`are read: ${address}`, () => {
      const driver = address.startsWith('ftps') ? ftpsDriver : ftpDriver;
      assert.deepEqual(driver.fromAddress(new URL(address)), said);
    });
  }

  for (const [why, address, words] of [
    ['a password', 'ftp://me:hush@h/a', /must not bear a password/],
    ['an unknown parameter', 'ftp://h/a?conections=3', /"conections".*"connections"/],
    ['TLS in clear', 'ftp://h/a?implicit=true', /implicit/],
    ['another protocol', 'sftp://h/a', /sftp:/],
    ['a broken escape', 'ftp://h/%zz', /%25/],
    ['a fragment', 'ftp://h/a#b', /#/],
  ] as const) {
    it(`are refused with ${why}, and the password is not said back`, async () => {
      const failure = await failsWith('storage.address-invalid', async () =>
        ftpDriver.fromAddress(new URL(address)),
      );
      assert.match(failure.message, words);
      assert.doesNotMatch(failure.message, /hush/);
    });
  }

  it('are the same for the same place', () => {
    const server = { kind: 'ftps', host: 'FTP.Example.org', port: 21, user: 'me@home' } as const;
    assert.equal(placeOf({ ...server, container: './a//b c/' }), 'ftps://me%40home@ftp.example.org/a/b%20c');
    assert.equal(
      placeOf({ ...server, port: 990, container: '/srv' }),
      'ftps://me%40home@ftp.example.org:990/%2Fsrv',
    );
    assert.equal(placeOf({ ...server, user: 'anonymous', container: '.' }), 'ftps://ftp.example.org/');
  });
});

describe('settings of FTP servers', () => {
  for (const [why, settings] of [
    ['a way out of the container', { container: 'a/../..' }],
    ['a line end in the password', { password: 'a\r\nDELE b' }],
    ['a line end in the container', { container: 'a\nb' }],
    ['a host with a path', { host: 'h/a' }],
    ['a port that is none', { port: 70_000 }],
    ['no connections', { connections: 0 }],
    ['TLS in clear', { caFile: '/etc/ca.pem' }],
  ] as const) {
    it(`are refused: ${why}`, async () => {
      await failsWith('input.invalid', () => ftpDriver.open({ host: 'h', container: 'a', ...settings }));
    });
  }

  it('are refused when the file of the authority is missing or holds none', () =>
    withTemporaryDirectory(async (directory) => {
      const caFile = join(directory, 'ca.pem');
      const open = () => ftpsDriver.open({ host: 'h', container: 'a', caFile });
      await failsWith('input.file-unreadable', open);
      await writeFile(caFile, 'nothing');
      await failsWith('input.invalid', open);
    }));

  it('open without a connection, which the first call makes', async () => {
    const storage = await storageDriver('ftps').open({
      host: 'Nowhere.invalid',
      container: '/a',
      user: 'me',
    });
    assert.equal(storage.properties.place, 'ftps://me@nowhere.invalid/%2Fa');
    await failsWith('storage.unavailable', () => storage.head('a'));
    await storage.close();
  });
});
