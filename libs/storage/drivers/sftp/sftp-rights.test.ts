import assert from 'node:assert/strict';
import { chmod, readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'mocha';
import { bodyOf, type StorageBackend } from '#storage';
import { bytesAt, failsWith, keysOf, testBytes, textAt, textBody } from '#storage/testing';
import { requireProgram, startSshd, type TestSshd } from '#test/support';
import { directoryOf, openOn } from './testing/on-sshd.js';

describe('an SSH server that does not let a client do everything', () => {
  before(function () {
    requireProgram(this, 'sshd');
  });

  const withServer = async (
    sftp: readonly string[],
    use: (storage: StorageBackend, server: TestSshd) => Promise<void>,
  ): Promise<void> => {
    await using server = await startSshd({ sftp });
    const storage = await openOn(server, 'c');
    try {
      await use(storage, server);
    } finally {
      await storage.close();
    }
  };
  const putsAll = async (storage: StorageBackend): Promise<void> => {
    for (const key of ['a/b/1', 'a/b/2', 'c']) await storage.put(key, textBody(key));
    await Promise.all(['3', '4', '5'].map((name) => storage.put(`a/b/${name}`, bodyOf(testBytes(700_000)))));
  };

  it('takes puts of one that may neither read, list nor delete', () =>
    withServer(['-P', 'read,opendir,readdir,remove,rmdir'], async (storage, server) => {
      await putsAll(storage);
      await failsWith('storage.object-exists', () => storage.put('c', textBody('other')));
      await failsWith('storage.access-denied', () => bytesAt(storage, 'c'));
      await failsWith('storage.access-denied', () => keysOf(storage));
      await failsWith('storage.access-denied', () => storage.remove('c'));
      assert.equal((await storage.head('c')).size, 1);
      assert.deepEqual((await readdir(directoryOf(server, 'c', 'a/b'))).sort(), ['1', '2', '3', '4', '5']);
    }));

  it('takes puts of one that may do nothing but put', () =>
    withServer(['-p', 'open,write,close,mkdir,rename'], async (storage, server) => {
      await putsAll(storage);
      await failsWith('storage.object-exists', () => storage.put('c', textBody('other')));
      assert.deepEqual((await readdir(directoryOf(server, 'c', 'a/b'))).sort(), ['1', '2', '3', '4', '5']);
    }));

  it('takes puts where nothing may be renamed', () =>
    withServer(['-P', 'rename,posix-rename'], async (storage, server) => {
      await putsAll(storage);
      await failsWith('storage.object-exists', () => storage.put('c', textBody('other')));
      assert.equal(await textAt(storage, 'c'), 'c');
      assert.deepEqual(await readdir(directoryOf(server, 'c', '.firn-tmp')), []);
    }));

  it('takes puts without the extensions of OpenSSH', () =>
    withServer(['-P', 'fsync,hardlink,statvfs,limits'], async (storage) => {
      await putsAll(storage);
      await failsWith('storage.object-exists', () => storage.put('c', textBody('other')));
      assert.equal((await bytesAt(storage, 'a/b/4')).length, 700_000);
    }));

  it('says that a server may only be read', () =>
    withServer(['-R'], async (storage) => {
      await failsWith('storage.access-denied', () => storage.put('a', textBody('x')));
    }));

  describe('by the rights of its directories', () => {
    let server: TestSshd;
    before(async () => {
      server = await startSshd();
    });
    after(() => server[Symbol.asyncDispose]());

    it('takes puts into a directory that may be written and not read', async () => {
      await server.makeDirectory(directoryOf(server, 'blind'), 0o300);
      const storage = await openOn(server, 'blind');
      await putsAll(storage);
      await failsWith('storage.object-exists', () => storage.put('c', textBody('other')));
      await failsWith('storage.access-denied', () => keysOf(storage));
      assert.equal(await textAt(storage, 'a/b/1'), 'a/b/1');
      await storage.close();
    });

    it('names what it may not do', async () => {
      await server.makeDirectory(directoryOf(server, 'closed'));
      const storage = await openOn(server, 'closed');
      await storage.put('a', textBody('x'));
      await storage.close();
      await chmod(directoryOf(server, 'closed'), 0o500);
      const denied = await openOn(server, 'closed');
      const { place } = denied.properties;
      const put = await failsWith('storage.access-denied', () => denied.put('b', textBody('x')));
      const removed = await failsWith('storage.access-denied', () => denied.remove('a'));
      for (const { context, message } of [put, removed]) {
        assert.equal(context['place'], place);
        assert.ok(message.includes(place), message);
      }
      assert.equal(await textAt(denied, 'a'), 'x');
      await denied.close();
    });

    it('does not make a container where it may not', async () => {
      const storage = await openOn(server, '/firn-test/not/ours');
      await failsWith('storage.access-denied', () => storage.put('a', textBody('x')));
      assert.deepEqual(await keysOf(storage), []);
      await storage.close();
    });
  });
});
