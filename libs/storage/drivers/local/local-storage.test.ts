import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  rmdir,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, afterEach, beforeEach, describe, it } from 'mocha';
import {
  systemCommands,
  temporaryDirectory,
  thisProcess,
  type ProcessIdentity,
  type TemporaryDirectory,
} from '#host';
import { bodyOf, type StorageBackend } from '#storage';
import { storageDriver } from '#storage/drivers';
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
import { openLocalStorage } from './local-storage.js';
import { localSystem, type LocalSystem } from './local-system.js';

const local = storageDriver('local');
const TEMPORARY = '.firn-tmp';
const DEAD: ProcessIdentity = { ...thisProcess(), pid: 2 ** 22 + 1 };
const ELSEWHERE: ProcessIdentity = { ...thisProcess(), machine: 'another', boot: 'another' };

/** A file system that knows no hard links. */
const withoutLinks: LocalSystem = {
  ...localSystem(),
  link: () => Promise.reject(Object.assign(new Error('not permitted'), { code: 'EPERM', syscall: 'link' })),
};

function describeLocalContract(name: string, open: (container: string) => Promise<StorageBackend>): void {
  const places = new Map<StorageBackend, TemporaryDirectory>();
  const opened = async (place: TemporaryDirectory) => {
    const storage = await open(join(place.path, 'not', 'there yet'));
    places.set(storage, place);
    return storage;
  };
  after(() => Promise.all([...places.values()].map((place) => place.remove())));
  describeStorageContract(name, {
    open: async () => opened(await temporaryDirectory('firn-storage-')),
    reopen: async (storage) => {
      const place = places.get(storage);
      assert.ok(place);
      await storage.close();
      return opened(place);
    },
  });
}

describe('local', () => {
  describeLocalContract('local', (container) => local.open({ container }));
  describeLocalContract('local without hard links', (container) => openLocalStorage(container, withoutLinks));
});

describe('the local storage', () => {
  let place: TemporaryDirectory;
  let container: string;
  let storage: StorageBackend;

  beforeEach(async () => {
    place = await temporaryDirectory('firn-storage-');
    container = join(place.path, 'container');
    storage = await local.open({ container });
  });
  afterEach(async () => {
    await storage.close();
    await place.remove();
  });

  const leftovers = () => readdir(join(container, TEMPORARY));
  const leave = async (writer: ProcessIdentity, ageMs = 0): Promise<string> => {
    const name = `${Buffer.from(JSON.stringify(writer)).toString('base64url')}.000000`;
    const path = join(container, TEMPORARY, name);
    await mkdir(join(container, TEMPORARY), { recursive: true });
    await writeFile(path, 'half an object');
    const { mtimeMs } = await stat(path);
    await utimes(path, (mtimeMs - ageMs) / 1000, (mtimeMs - ageMs) / 1000);
    return name;
  };

  describe('configuration', () => {
    for (const [why, config, problem] of [
      ['a relative path', { container: 'backups' }, /container: must be an absolute path/],
      ['nothing', {}, /container/],
      [
        'an unknown setting',
        { container: '/x', contaner: '/x' },
        /"contaner" \(did you mean "container"\?\)/,
      ],
    ] as const) {
      it(`refuses ${why}`, async () => {
        assert.match((await failsWith('input.invalid', () => local.open(config))).message, problem);
      });
    }

    it('refuses a file in the place of the container', async () => {
      await writeFile(container, '');
      await failsWith('input.invalid', () => local.open({ container }));
    });
  });

  describe('the container', () => {
    it('is not made by opening, listing, reading or removing', async () => {
      await keysOf(storage);
      await collected(storage.folders(''));
      await failsWith('storage.object-missing', () => storage.head('a'));
      await storage.remove('a/b');
      await storage.close();
      assert.deepEqual(await readdir(place.path), []);
    });

    it('is for its owner only', async () => {
      await storage.put('a/b', textBody('x'));
      const modes = await Promise.all(['', 'a', 'a/b', TEMPORARY].map((key) => stat(join(container, key))));
      assert.deepEqual(
        modes.map(({ mode }) => (mode & 0o777).toString(8)),
        ['700', '700', '600', '700'],
      );
    });

    it('holds plain files and nothing else when it is closed', async () => {
      await storage.put('a/b', textBody('x'));
      await storage.close();
      assert.deepEqual(await readdir(container, { recursive: true }), ['a', 'a/b']);
    });

    it('may be a symlink itself', async () => {
      await mkdir(join(place.path, 'disk'));
      await symlink('disk', container);
      await storage.put('a/b', textBody('x'));
      assert.deepEqual(await keysOf(storage), ['a/b']);
      assert.deepEqual(await readdir(join(place.path, 'disk', 'a')), ['b']);
    });

    it('refuses an object where a folder is, and below an object', async () => {
      await storage.put('a/b', textBody('x'));
      await failsWith('storage.object-exists', () => storage.put('a', textBody('x')));
      await failsWith('storage.key-invalid', () => storage.put('a/b/c', textBody('x')));
      assert.deepEqual(await keysOf(storage), ['a/b']);
      assert.deepEqual(await leftovers(), []);
    });
  });

  describe('what somebody else put into the container', () => {
    beforeEach(async () => {
      await mkdir(join(place.path, 'outside'));
      await writeFile(join(place.path, 'outside', 'secret'), 'secret');
      await storage.put('a/b', textBody('x'));
      await symlink(join(place.path, 'outside'), join(container, 'way-out'));
      await symlink(join(place.path, 'outside', 'secret'), join(container, 'link'));
      await symlink('a', join(container, 'inner'));
    });

    it('does not follow a symlink', async () => {
      for (const key of ['way-out/secret', 'link', 'inner/b']) {
        await failsWith('storage.object-missing', () => bytesAt(storage, key));
        await failsWith('storage.object-missing', () => storage.head(key));
        await storage.remove(key);
      }
      await failsWith('storage.key-invalid', () => storage.put('way-out/new', textBody('x')));
      await failsWith('storage.key-invalid', () => storage.put('way-out/deep/new', textBody('x')));
      await failsWith('storage.object-exists', () => storage.put('link', textBody('x')));
      assert.deepEqual(await readdir(join(place.path, 'outside')), ['secret']);
      assert.equal(await textAt(storage, 'a/b'), 'x');
    });

    it('does not list what is no object', async () => {
      await writeFile(join(container, 'has a blank'), '');
      await mkdir(join(container, 'empty', 'deeper'), { recursive: true });
      assert.deepEqual(await keysOf(storage), ['a/b']);
      assert.deepEqual(await keysOf(storage, 'way-out/'), []);
      assert.deepEqual(await collected(storage.folders('')), ['a']);
      assert.deepEqual(await collected(storage.folders('way-out/')), []);
    });

    it('does not wait for a FIFO', async function () {
      const command = await systemCommands.start({
        program: 'mkfifo',
        args: [join(container, 'pipe')],
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'ignore',
      });
      assert.equal((await command.exit).code, 0);
      await failsWith('storage.object-missing', () => bytesAt(storage, 'pipe'));
      assert.deepEqual(await keysOf(storage), ['a/b']);
    });

    it('sweeps nothing behind a symlink in the place of the temporary files', async () => {
      await storage.close();
      await symlink(join(place.path, 'outside'), join(container, TEMPORARY));
      storage = await local.open({ container });
      await failsWith('storage.key-invalid', () => storage.put('c', textBody('x')));
      assert.deepEqual(await readdir(join(place.path, 'outside')), ['secret']);
    });
  });

  describe('temporary files', () => {
    it('grow hidden, and are gone when the object is there', async () => {
      let during: string[] = [];
      const watched = interruptedBody(bodyOf(testBytes(1000)), async () => {
        during = await leftovers();
        assert.deepEqual(await keysOf(storage), []);
      });
      await storage.put('a', watched);
      assert.equal(during.length, 1);
      assert.deepEqual(await leftovers(), []);
    });

    it('are removed when the body fails', async () => {
      const failing = interruptedBody(bodyOf(testBytes(1000)), () => Promise.reject(new Error('broken')));
      await assert.rejects(storage.put('a', failing), /broken/);
      assert.deepEqual(await leftovers(), []);
    });

    it('of a dead process are swept by the next writer', async () => {
      await leave(DEAD);
      assert.deepEqual(await keysOf(storage), []);
      await storage.put('a', textBody('x'));
      assert.deepEqual(await leftovers(), []);
    });

    it('of a living process stay', async () => {
      const name = await leave(thisProcess(), 1e9);
      await storage.put('a', textBody('x'));
      assert.deepEqual(await leftovers(), [name]);
    });

    it('of an unknown process stay for a day', async () => {
      const young = await leave({ ...ELSEWHERE, pid: 1 }, 23 * 3600_000);
      await leave({ ...ELSEWHERE, pid: 2 }, 25 * 3600_000);
      await storage.put('a', textBody('x'));
      assert.deepEqual(await leftovers(), [young]);
    });

    it('without an identity are not ours and stay', async () => {
      await leave(DEAD);
      await writeFile(join(container, TEMPORARY, 'notes'), '');
      await utimes(join(container, TEMPORARY, 'notes'), 0, 0);
      await storage.put('a', textBody('x'));
      assert.deepEqual(await leftovers(), ['notes']);
    });

    it('of a process that was killed in the middle of a put become no object, and are swept', async () => {
      const fixture = fileURLToPath(new URL('../../testing/stalled-put.js', import.meta.url));
      const command = await systemCommands.start({
        program: process.execPath,
        args: [fixture, container, 'a/b'],
        stdin: 'pipe',
        stdout: 'pipe',
        stderr: 'inherit',
      });
      assert.ok(command.stdout);
      await once(command.stdout, 'data');
      process.kill(command.pid, 'SIGKILL');
      assert.equal((await command.exit).signal, 'SIGKILL');
      const [rest = ''] = await leftovers();
      assert.ok((await lstat(join(container, TEMPORARY, rest))).size > 0, 'half an object is left');
      assert.deepEqual(await keysOf(storage), []);
      await storage.put('a/b', textBody('x'));
      assert.deepEqual(await leftovers(), []);
      assert.equal(await textAt(storage, 'a/b'), 'x');
    });
  });

  describe('publishing', () => {
    it('makes the folder again when somebody removes it at the last moment', async () => {
      let removals = 3;
      const busy = await openLocalStorage(container, {
        ...localSystem(),
        link: async (path, name) => {
          if (removals-- > 0) await rmdir(dirname(name));
          await link(path, name);
        },
      });
      await busy.put('a/b/c', textBody('x'));
      assert.equal(await textAt(busy, 'a/b/c'), 'x');
      assert.equal(removals, -1);
    });

    it('says that somebody meddles when its temporary file is removed', async () => {
      const robbed = await openLocalStorage(container, {
        ...localSystem(),
        link: async (path, name) => {
          await unlink(path);
          await link(path, name);
        },
      });
      await failsWith('storage.unavailable', () => robbed.put('a', textBody('x')));
      assert.deepEqual(await keysOf(robbed), []);
    });

    it('has succeeded when a network file system links twice and reports the second', async () => {
      const twice = await openLocalStorage(container, {
        ...localSystem(),
        link: async (path, name) => {
          await link(path, name);
          await link(path, name);
        },
      });
      await twice.put('a', textBody('x'));
      assert.equal(await textAt(twice, 'a'), 'x');
      await failsWith('storage.object-exists', () => twice.put('a', textBody('y')));
    });
  });

  describe('without hard links', () => {
    /** How a put of `a` is announced. */
    const announcement = createHash('sha256').update('a').digest('hex').slice(0, 16);
    const announce = async (writer: ProcessIdentity) => {
      const name = `${Buffer.from(JSON.stringify(writer)).toString('base64url')}.000000.${announcement}`;
      await writeFile(join(container, TEMPORARY, name), '');
    };

    it('never lets two processes store one object', async () => {
      const one = await openLocalStorage(container, withoutLinks);
      const other = await openLocalStorage(container, { ...withoutLinks, self: ELSEWHERE });
      for (let round = 0; round < 20; round += 1) {
        const texts = [`one ${round}`, `other ${round}`];
        const puts = [one, other].map((writer, at) => writer.put(`${round}`, textBody(texts[at] ?? '')));
        const results = await Promise.allSettled(puts);
        const won = texts.filter((_, at) => results[at]?.status === 'fulfilled');
        const stored = await textAt(one, `${round}`).catch(() => 'nothing');
        assert.deepEqual(won, stored === 'nothing' ? [] : [stored]);
      }
      assert.deepEqual(await leftovers(), []);
    });

    it('gives way to whoever is about to store the same object, unless that one is dead', async () => {
      const fallback = await openLocalStorage(container, withoutLinks);
      // A storage sweeps once, so what is left from now on is still there.
      await fallback.put('first', textBody('x'));
      await announce(DEAD);
      await fallback.put('a', textBody('x'));
      await fallback.remove('a');
      await announce(ELSEWHERE);
      await failsWith('storage.unavailable', () => fallback.put('a', textBody('x')));
      assert.deepEqual(await keysOf(fallback), ['first']);
    });
  });

  describe('a full disk', () => {
    it('is noticed before the first byte is written', async () => {
      const full: LocalSystem = {
        ...localSystem(),
        space: async () => ({ bavail: 1, bsize: 4096, blocks: 1000 }),
      };
      const tight = await openLocalStorage(container, full);
      await tight.put('small', bodyOf(testBytes(4096)));
      const body = { ...bodyOf(testBytes(4097)), open: () => assert.fail('the body was opened') };
      const failure = await failsWith('storage.full', () => tight.put('large', body));
      assert.match(failure.message, new RegExp(`${container}.*4097 bytes needed, 4096 free`));
      await tight.remove('small');
      assert.deepEqual(await keysOf(tight), []);
    });

    it('is noticed by a put when others will need what is left', async () => {
      const tight = await openLocalStorage(container, {
        ...localSystem(),
        space: async () => ({ bavail: 2, bsize: 4096, blocks: 1000 }),
      });
      const slow = interruptedBody(bodyOf(testBytes(8000)), async () => {
        const failure = await failsWith('storage.full', () => tight.put('b', bodyOf(testBytes(8000))));
        assert.match(failure.message, /8000 bytes needed, 8192 free, \d+ of them for other objects/);
      });
      await tight.put('a', slow);
      await tight.put('b', bodyOf(testBytes(8000)));
      assert.deepEqual(await keysOf(tight), ['a', 'b']);
    });

    it('is no reason to refuse where the file system does not know its size', async () => {
      const unsized: LocalSystem = {
        ...localSystem(),
        space: async () => ({ bavail: 0, bsize: 4096, blocks: 0 }),
      };
      await (await openLocalStorage(container, unsized)).put('a', textBody('x'));
    });

    it('leaves nothing of a put that hits it, and still lets objects be removed', async function () {
      if (!(await mounted(container))) this.skip();
      try {
        // What the disk says of its room is not what it then has: others fill it too.
        const hopeful: LocalSystem = {
          ...localSystem(),
          space: async () => ({ bavail: 1e9, bsize: 1, blocks: 1 }),
        };
        const small = await openLocalStorage(container, hopeful);
        await small.put('first', bodyOf(testBytes(500_000)));
        const failure = await failsWith('storage.full', () =>
          small.put('second', bodyOf(testBytes(900_000))),
        );
        assert.match(failure.message, /900000 bytes needed, \d+ free/);
        await failsWith('storage.full', () => small.put('large', bodyOf(testBytes(3_000_000))));
        assert.deepEqual(await keysOf(small), ['first']);
        assert.deepEqual(await leftovers(), []);
        await writeFile(join(container, 'filler'), testBytes(1 << 20)).catch((error: NodeJS.ErrnoException) =>
          assert.equal(error.code, 'ENOSPC'),
        );
        await failsWith('storage.full', () => small.put('third', bodyOf(testBytes(10_000))));
        await small.remove('first');
        await small.put('third', bodyOf(testBytes(10_000)));
        assert.deepEqual(await keysOf(small), ['filler', 'third']);
      } finally {
        await run('umount', container);
      }
    });
  });

  describe('rights', () => {
    it('names what may not be read or written', async function () {
      if (process.getuid?.() === 0) this.skip();
      await storage.put('a/b', textBody('x'));
      await chmod(join(container, 'a/b'), 0);
      await failsWith('storage.access-denied', () => bytesAt(storage, 'a/b'));
      await chmod(join(container, 'a'), 0o500);
      await failsWith('storage.access-denied', () => storage.put('a/c', textBody('x')));
      await failsWith('storage.access-denied', () => storage.remove('a/b'));
      await chmod(join(container, 'a'), 0);
      await failsWith('storage.access-denied', () => keysOf(storage));
      await chmod(join(container, 'a'), 0o700);
      assert.deepEqual(await leftovers(), []);
    });

    it('says when the file system is read-only', async function () {
      if (!(await mounted(container))) this.skip();
      try {
        const closing = await local.open({ container });
        await closing.put('a', textBody('x'));
        await run('mount', '-o', 'remount,ro', container);
        await failsWith('storage.read-only', () => closing.put('b', textBody('x')));
        await failsWith('storage.read-only', () => closing.remove('a'));
        assert.equal(await textAt(closing, 'a'), 'x');
      } finally {
        await run('umount', container);
      }
    });
  });

  describe('reading', () => {
    it('fails when the file has become shorter than it was', async () => {
      await storage.put('a', bodyOf(testBytes(2_000_000)));
      const stream = await storage.get('a');
      await truncate(join(container, 'a'), 1_000_000);
      await failsWith('storage.unavailable', () => stream.toArray());
    });

    it('holds a bounded part of a large object', async () => {
      await storage.put('a', bodyOf(testBytes(8 << 20)));
      const stream = await storage.get('a');
      await once(stream, 'readable');
      await new Promise(setImmediate);
      assert.ok(stream.readableLength <= 512 << 10, `${stream.readableLength} bytes are held`);
      stream.destroy();
    });
  });
});

/** A file system of 1 MiB at `path`, where one may be mounted. */
async function mounted(path: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  await mkdir(path);
  return run('mount', '-t', 'tmpfs', '-o', 'size=1m,mode=700', 'none', path);
}

async function run(program: string, ...args: readonly string[]): Promise<boolean> {
  const quiet = { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' } as const;
  const command = await systemCommands.start({ program, args, ...quiet });
  return (await command.exit).code === 0;
}
