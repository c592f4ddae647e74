import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import { bytesAt, collected, failsWith, keysOf, testBytes, textAt, textBody } from '#storage/testing';
import { startFakeFtp, type FakeFtp, type FakeFtpOptions } from '#test/support';
import { bodyOf } from '../../body.js';
import { retryingStorage } from '../../decorators/retrying-storage.js';
import type { StorageBackend } from '../../storage-backend.js';
import { ftpDriver, ftpsDriver } from './ftp-driver.js';

const RETRY = {
  ...{ clock: systemClock, random: () => 0 },
  ...{ attempts: 5, baseMs: 1, maxMs: 1, totalMs: 60_000 },
};

describe('what an FTP server may say', () => {
  let server: FakeFtp;
  let storage: StorageBackend;
  const settings = () => {
    const { host, port, user, password } = server;
    return { host, port, user, password, container: 'backups', connections: 1, timeoutSeconds: 0.4 };
  };
  const begin = async (options?: FakeFtpOptions) => {
    server = await startFakeFtp(options);
    storage = await ftpDriver.open(settings());
  };
  beforeEach(() => begin());
  afterEach(async () => {
    await storage.close();
    await server[Symbol.asyncDispose]();
  });

  describe('refusals', () => {
    for (const [reply, code] of [
      ['452 no room', 'storage.full'],
      ['552 over the limit', 'storage.full'],
      ['550 Disk quota exceeded.', 'storage.full'],
      ['451 Failure writing to local file.', 'storage.full'],
      ['451 something local', 'storage.unavailable'],
      ['450 busy', 'storage.unavailable'],
      ['426 the line broke', 'storage.unavailable'],
      ['425 no data connection', 'storage.unavailable'],
      ['421 good night', 'storage.unavailable'],
      ['550 Permission denied.', 'storage.access-denied'],
      ['553 not such a name', 'storage.access-denied'],
      ['532 who pays', 'storage.access-denied'],
      ['550 Read-only file system', 'storage.read-only'],
      ['530 log in first', 'storage.login-refused'],
      ['502 what', 'storage.unsupported'],
    ] as const) {
      it(`of a put: ${reply}`, async () => {
        server.replies.set('STOR', reply);
        const { context } = await failsWith(code, () => storage.put('a/b', textBody('x')));
        assert.deepEqual([context['place'], context['key'] ?? 'a/b'], [storage.properties.place, 'a/b']);
        server.replies.clear();
        assert.deepEqual(await keysOf(storage), []);
        await storage.put('a/b', textBody('x'));
      });
    }

    for (const [reply, code] of [
      ['550 no such file', 'storage.object-missing'],
      ['550 Permission denied.', 'storage.access-denied'],
      ['450 busy', 'storage.unavailable'],
      ['502 what', 'storage.unsupported'],
    ] as const) {
      it(`of a get: ${reply}`, async () => {
        await storage.put('a', textBody('x'));
        server.replies.set('RETR', reply);
        await failsWith(code, () => storage.get('a'));
        server.replies.clear();
        assert.equal(await textAt(storage, 'a'), 'x');
      });
    }

    it('of the login, in which the password is hidden', async () => {
      server.replies.set('PASS', '530 fake-secret is wrong');
      const failure = await failsWith('storage.login-refused', () => storage.head('a'));
      assert.match(failure.message, /somebody.*\*\*\* is wrong$/);
    });

    it('of TLS, after which the password is not sent in clear', async () => {
      const encrypted = await ftpsDriver.open(settings());
      await failsWith('storage.unsupported', () => encrypted.head('a'));
      server.replies.set('AUTH', '530 Please login with USER and PASS.');
      await failsWith('storage.unsupported', () => encrypted.head('a'));
      assert.ok(!server.heard.includes('PASS'));
      await encrypted.close();
    });

    it('of another rename, so that the name is free again for nobody', async () => {
      await storage.put('a', textBody('first'));
      server.replies.set('SIZE', ['502 what', '502 what', '502 what']);
      await failsWith('storage.object-exists', () => storage.put('a', textBody('second')));
      server.replies.clear();
      assert.equal(await textAt(storage, 'a'), 'first');
    });
  });

  it('too few bytes arrived: then the put is none', async () => {
    server.replies.set('SIZE', ['550 no such file', '213 2']);
    await failsWith('storage.unavailable', () => storage.put('a', textBody('hello')));
    assert.equal(server.files.size, 0);
  });

  it('good-bye to a quiet connection: the next call makes a new one', async () => {
    await storage.put('a', textBody('x'));
    server.replies.set('SIZE', ['421 Timeout.']);
    await failsWith('storage.unavailable', () => storage.head('a'));
    assert.equal((await storage.head('a')).size, 1);
    assert.equal(server.sessions(), 2);
  });

  describe('listings', () => {
    it('for machines tell exact times, the same as of one object', async () => {
      await storage.put('a/b', textBody('x'));
      const [listed] = await collected(storage.list(''));
      assert.equal(listed?.modifiedAt.toISOString(), '2026-01-02T03:04:05.678Z');
      assert.deepEqual(await storage.head('a/b'), listed);
      assert.ok(server.heard.includes('MLSD') && !server.heard.includes('LIST'));
    });

    it('for people are read where the server refuses those for machines', async () => {
      await storage.put('a/b', textBody('x'));
      server.replies.set('MLSD', '502 what');
      assert.deepEqual(await keysOf(storage), ['a/b']);
    });

    it('show links, unfit names and the folder of what is unfinished, which are no objects', async () => {
      await storage.put('a', textBody('x'));
      server.listing = [
        'type=cdir;modify=20260102030405; .',
        'type=pdir;modify=20260102030405; ..',
        'type=OS.unix=slink:/etc;size=7; link',
        'type=file;size=1;modify=20260102030405; two words',
        'type=file;size=1;modify=20260102030405; \u00e4',
        'type=dir;modify=20260102030405; .firn-tmp',
        'Type=file;Size=1;Modify=20260102030405; object',
      ];
      assert.deepEqual(await keysOf(storage), ['object']);
    });

    it('refused by the server are a missing right and no empty folder', async () => {
      await storage.put('a', textBody('x'));
      for (const verb of ['MLSD', 'LIST']) server.replies.set(verb, '550 Permission denied.');
      await failsWith('storage.access-denied', () => keysOf(storage));
      server.replies.set('CWD', '550 Permission denied.');
      await failsWith('storage.access-denied', () => keysOf(storage));
    });

    it('stand in for sizes that the server does not tell', async () => {
      await storage.put('a/b', textBody('hello'));
      server.replies.set('SIZE', '502 what').set('MDTM', '502 what');
      assert.equal((await storage.head('a/b')).modifiedAt.toISOString(), '2026-01-02T03:04:05.678Z');
      assert.equal(await textAt(storage, 'a/b'), 'hello');
      await failsWith('storage.object-missing', () => storage.head('a/c'));
    });
  });

  describe('the address for data', () => {
    it('is of another host: then that of the server is taken', async () => {
      await storage.close();
      await server[Symbol.asyncDispose]();
      await begin({ address: '192.0.2.7' });
      server.replies.set('EPSV', '500 what');
      await storage.put('a', textBody('hello'));
      assert.equal(await textAt(storage, 'a'), 'hello');
      assert.equal(server.heard.filter((verb) => verb === 'EPSV').length, 1, 'it is asked once');
    });
  });

  describe('nothing', () => {
    for (const verb of ['greeting', 'PASS', 'SIZE', 'CWD', 'EPSV', 'STOR', 'RNTO']) {
      it(`to ${verb}: the put is given up, and the next makes a new connection`, async () => {
        server.replies.set(verb, '');
        await failsWith('storage.timeout', () => storage.put('a', textBody('x')));
        server.replies.clear();
        await storage.put('a', textBody('x'));
        assert.equal(await textAt(storage, 'a'), 'x');
      });
    }

    it('in the middle of an object: the stream is given up', async () => {
      await storage.put('a', bodyOf(testBytes(100_000)));
      server.stallDownloadsAt = 50_000;
      await failsWith('storage.timeout', () => bytesAt(storage, 'a'));
    });

    it('until it is aborted, which is at once', async () => {
      const slow = await ftpDriver.open({ ...settings(), timeoutSeconds: 3600 });
      const reason = new Error('no longer wanted');
      for (const verb of ['greeting', 'SIZE', 'EPSV', 'STOR', 'RETR']) {
        server.files.set('/backups/there', Buffer.from('x'));
        server.replies.set(verb, '');
        const stop = new AbortController();
        const call =
          verb === 'RETR'
            ? slow.get('there', undefined, stop.signal)
            : slow.put('a', textBody('x'), stop.signal);
        const asked = server.heard.length;
        while (verb !== 'greeting' && !server.heard.slice(asked).includes(verb)) await systemClock.sleep(5);
        stop.abort(reason);
        await assert.rejects(call, (error) => error === reason, verb);
        server.replies.clear();
      }
      await slow.close();
    });
  });

  it('the rest of an object, where it broke off', async () => {
    const bytes = testBytes(1_000_000);
    await storage.put('a', bodyOf(bytes));
    server.cutDownloadsAt = 300_000;
    await failsWith('storage.unavailable', () => bytesAt(storage, 'a'));
    const patient = retryingStorage(storage, RETRY);
    assert.ok(bytes.equals(await bytesAt(patient, 'a')));
    assert.ok(server.heard.includes('REST'));
  });
});
