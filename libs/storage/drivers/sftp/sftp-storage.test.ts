import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { findProgram } from '#host';
import { bodyOf, type StorageBackend } from '#storage';
import {
  bytesAt,
  collected,
  describeStorageContract,
  failsWith,
  interruptedBody,
  keysOf,
  testBytes,
  textAt,
  textBody,
} from '#storage/testing';
import { mounted, requireProgram, startSshd, type TestSshd } from '#test/support';
import { directoryOf, openOn } from './testing/on-sshd.js';

const MIB = 1 << 20;
const DAY_MS = 24 * 3600 * 1000;

describe('the sftp storage on OpenSSH', () => {
  let sshd: TestSshd;
  let places = 0;
  const open: StorageBackend[] = [];
  before(async function () {
    requireProgram(this, 'sshd');
    sshd = await startSshd();
  });
  after(async () => {
    await Promise.all(open.map((storage) => storage.close()));
    await sshd?.[Symbol.asyncDispose]();
  });

  const newContainer = (): string => `container-${(places += 1)}`;
  const opened = async (container: string, others = {}, server = sshd): Promise<StorageBackend> => {
    const storage = await openOn(server, container, others);
    open.push(storage);
    return storage;
  };

  const containers = new Map<StorageBackend, string>();
  const openAt = async (container: string): Promise<StorageBackend> => {
    const storage = await openOn(sshd, container);
    containers.set(storage, container);
    return storage;
  };
  describeStorageContract('sftp', {
    open: () => openAt(`not/there yet/${newContainer()}`),
    reopen: async (storage) => {
      await storage.close();
      return openAt(containers.get(storage) ?? '');
    },
    available: () => (findProgram('sshd') ? undefined : 'no sshd'),
  });

  it('finds a container from the root, and from where the user lands', async () => {
    const absolute = await opened(directoryOf(sshd, 'same'));
    await absolute.put('a/b', textBody('x'));
    for (const container of ['same', '~/same', './same/']) {
      assert.equal(await textAt(await opened(container), 'a/b'), 'x');
    }
    const home = await opened('~');
    assert.equal(await textAt(home, 'same/a/b'), 'x');
    assert.match(absolute.properties.place, new RegExp(`^sftp://${sshd.user}@127.0.0.1:${sshd.port}/`));
  });

  it('keeps objects from the eyes of other users', async () => {
    const container = newContainer();
    await (await opened(container)).put('a/b', textBody('x'));
    const modes = await Promise.all(['', 'a', 'a/b'].map((path) => stat(directoryOf(sshd, container, path))));
    assert.deepEqual(
      modes.map(({ mode }) => (mode & 0o777).toString(8)),
      ['700', '700', '600'],
    );
  });

  it('leaves nothing but objects behind', async () => {
    const container = newContainer();
    const storage = await openOn(sshd, container);
    await storage.put('a/b', textBody('x'));
    const broken = interruptedBody(textBody('xy'), () => Promise.reject(new Error('broken')));
    await assert.rejects(storage.put('a/c', broken));
    await storage.put('c/d', textBody('x'));
    await storage.remove('c/d');
    await storage.close();
    assert.deepEqual((await readdir(directoryOf(sshd, container), { recursive: true })).sort(), ['a', 'a/b']);
  });

  it('sweeps what others left more than a day ago, and nothing else', async () => {
    const container = newContainer();
    const folder = directoryOf(sshd, container, '.firn-tmp');
    await sshd.makeDirectory(directoryOf(sshd, container));
    await sshd.makeDirectory(folder);
    const [old, young, foreign] = ['0', '1', '2'].map((digit) => `sftp-${digit.repeat(32)}`);
    for (const name of [old, young, `not-${foreign}`]) await writeFile(join(folder, String(name)), 'x');
    const before = new Date((await stat(folder)).mtimeMs - DAY_MS - 60_000);
    for (const name of [old, `not-${foreign}`]) await utimes(join(folder, String(name)), before, before);
    await (await opened(container)).put('a', textBody('x'));
    assert.deepEqual((await readdir(folder)).sort(), [`not-${foreign}`, young].sort());
  });

  it('lists thousands of objects in many folders in order', async () => {
    const container = newContainer();
    const storage = await opened(container);
    await storage.put('z', textBody('x'));
    const keys = ['z'];
    for (let folder = 0; folder < 60; folder += 1) {
      const path = directoryOf(sshd, container, `f${folder}`, 'in.ner');
      await mkdir(path, { recursive: true, mode: 0o777 });
      await chmod(directoryOf(sshd, container, `f${folder}`), 0o777);
      await chmod(path, 0o777);
      for (let file = 0; file < 50; file += 1) {
        await writeFile(join(path, `${file}`), 'xyz');
        keys.push(`f${folder}/in.ner/${file}`);
      }
    }
    assert.deepEqual(await keysOf(storage), keys.sort());
    assert.equal((await collected(storage.folders(''))).length, 60);
    const some = await collected(storage.list('f7/'));
    assert.deepEqual(
      some.map(({ size }) => size),
      Array.from({ length: 50 }, () => 3),
    );
  });

  it('takes nothing but files for objects', async () => {
    const container = newContainer();
    const storage = await opened(container);
    await storage.put('a', textBody('x'));
    await symlink('a', directoryOf(sshd, container, 'link'));
    await writeFile(directoryOf(sshd, container, 'no key at all'), 'x');
    assert.deepEqual(await keysOf(storage), ['a']);
    await failsWith('storage.object-missing', () => bytesAt(storage, 'link'));
    await failsWith('storage.object-exists', () => storage.put('link', textBody('y')));
    assert.equal(await textAt(storage, 'a'), 'x');
  });

  it('goes on when the server asks for new keys in the middle', async () => {
    await using server = await startSshd({ config: ['RekeyLimit 2M'] });
    const storage = await opened(newContainer(), {}, server);
    const bytes = testBytes(24 * MIB);
    await Promise.all(['a', 'b'].map((key) => storage.put(key, bodyOf(bytes))));
    for (const key of ['a', 'b'])
      assert.ok(bytes.equals(await bytesAt(storage, key)), 'the bytes are the same');
    await storage.close();
  });

  it('says that a server offers no SFTP', async () => {
    await using server = await startSshd({ subsystem: '/bin/false' });
    const storage = await opened(newContainer(), {}, server);
    await failsWith('storage.unsupported', () => keysOf(storage));
    await storage.close();
  });

  it('holds no more connections than it may', async () => {
    const container = newContainer();
    const storage = await opened(container, { connections: 2 });
    const bodies = Array.from({ length: 6 }, (_, at) => bodyOf(testBytes(MIB, at)));
    const before = ((await sshd.log()).match(/Accepted/g) ?? []).length;
    await Promise.all(bodies.map((body, at) => storage.put(`${at}`, body)));
    assert.equal(((await sshd.log()).match(/Accepted/g) ?? []).length - before, 2);
    assert.equal(storage.properties.connections, 2);
  });

  describe('with little room', () => {
    it('refuses what does not fit, ends a put that fills it, and still removes', async function () {
      const container = newContainer();
      const path = directoryOf(sshd, container);
      await sshd.makeDirectory(path);
      const unmount = mounted(this, path, '8m');
      try {
        await chmod(path, 0o777);
        const storage = await openOn(sshd, container);
        await failsWith('storage.full', () => storage.put('large', bodyOf(testBytes(9 * MIB))));
        await storage.put('a', bodyOf(testBytes(3 * MIB)));
        const body = bodyOf(testBytes(4 * MIB));
        const filled = interruptedBody(body, () => writeFile(join(path, 'filler'), testBytes(MIB * 2)));
        const failure = await failsWith('storage.full', () => storage.put('b', filled));
        assert.ok(failure.message.includes(storage.properties.place), failure.message);
        assert.deepEqual(await keysOf(storage), ['a', 'filler']);
        await storage.remove('a');
        await storage.put('b', body);
        await storage.close();
      } finally {
        unmount();
      }
    });
  });
});
