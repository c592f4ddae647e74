import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { temporaryDirectory, type TemporaryDirectory } from '#host';
import { bodyOf, type RewindableBody, type StorageBackend } from '#storage';
import { bytesAt, failsWith, keysOf, testBytes } from '#storage/testing';
import { openLocalStorage } from './local-storage.js';
import { localSystem, type LocalSystem } from './local-system.js';

const MIB = 1 << 20;
const LARGE = 7 * MIB + 4096 + 17;

const errno = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });

/** Bytes in pieces of the lengths given, again and again. */
function inPieces(bytes: Buffer, lengths: readonly number[]): RewindableBody {
  return {
    ...bodyOf(bytes),
    async *open() {
      for (let at = 0, i = 0; at < bytes.length; i += 1) {
        const length = lengths[i % lengths.length] ?? 1;
        yield bytes.subarray(at, at + length);
        at += length;
      }
    },
  };
}

/** A machine whose `nth` direct write, from 1 on, is answered by `answer`. */
function answering(nth: number, answer: (write: () => Promise<unknown>) => Promise<unknown>): LocalSystem {
  let writes = 0;
  const openDirect = async (path: string) => {
    const handle = await localSystem().openDirect(path);
    const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<unknown>;
    const answered = (...args: unknown[]) => {
      writes += 1;
      if (writes !== nth) return write(...args);
      return answer(() => write(args[0], 0, 4096, args[3]));
    };
    return Object.assign(handle, { write: answered }) as FileHandle;
  };
  return { ...localSystem(), openDirect };
}

describe('large bodies of the local storage', () => {
  let place: TemporaryDirectory;
  let container: string;
  let storage: StorageBackend | undefined;

  beforeEach(async () => {
    place = await temporaryDirectory('firn-storage-');
    container = join(place.path, 'container');
  });
  afterEach(async () => {
    await storage?.close();
    await place.remove();
  });

  const opened = async (system: LocalSystem = localSystem()) =>
    (storage = await openLocalStorage(container, system));
  const leftovers = () => readdir(join(container, '.firn-tmp'));
  const keeps = async (storage: StorageBackend, key: string, bytes = testBytes(LARGE)) => {
    await storage.put(key, inPieces(bytes, [300_001]));
    assert.ok((await bytesAt(storage, key)).equals(bytes));
  };

  it('come back as they were, whatever their size and that of their pieces', async () => {
    const storage = await opened();
    const bytes = testBytes(6 * MIB);
    const near = fc
      .tuple(
        fc.constantFrom(MIB, 2 * MIB, 4 * MIB),
        fc.constantFrom(0, 512, 4096),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([whole, blocks, more]) => whole + blocks + more);
    const lengths = fc.array(fc.integer({ min: 4000, max: 3 * MIB }), { minLength: 1, maxLength: 3 });
    let key = 0;
    await fc.assert(
      fc.asyncProperty(near, lengths, async (size, lengths) => {
        const body = bytes.subarray(0, size);
        key += 1;
        await storage.put(`${key}`, inPieces(body, lengths));
        assert.ok((await bytesAt(storage, `${key}`)).equals(body));
        await storage.remove(`${key}`);
      }),
      { numRuns: 25 },
    );
  });

  it('do not mix when several are written at the same time', async () => {
    const storage = await opened();
    const bodies = [0, 1, 2, 3].map((i) => testBytes(LARGE + i).fill(i, 0, 3 * MIB));
    await Promise.all(bodies.map((bytes, i) => storage.put(`${i}`, inPieces(bytes, [70_000 + i]))));
    for (const [i, bytes] of bodies.entries()) assert.ok((await bytesAt(storage, `${i}`)).equals(bytes));
  });

  it('take the usual way where the file system refuses to open them, which is asked once', async () => {
    let asked = 0;
    const refuse = () => {
      asked += 1;
      return Promise.reject(errno('EINVAL', 'open'));
    };
    const storage = await opened({ ...localSystem(), openDirect: refuse });
    await keeps(storage, 'a');
    await keeps(storage, 'b');
    assert.equal(asked, 1);
  });

  for (const nth of [1, 2, 4]) {
    it(`go on the usual way when direct write ${nth} is refused`, async () => {
      const storage = await opened(answering(nth, () => Promise.reject(errno('EINVAL', 'write'))));
      await keeps(storage, 'a');
      await keeps(storage, 'b');
    });

    it(`are whole when direct write ${nth} takes less than it was given`, async () => {
      await keeps(await opened(answering(nth, (write) => write())), 'a');
    });

    for (const [error, code] of [
      ['ENOSPC', 'storage.full'],
      ['EDQUOT', 'storage.full'],
      ['EIO', 'storage.unavailable'],
    ] as const) {
      it(`leave nothing when direct write ${nth} fails with ${error}`, async () => {
        const storage = await opened(answering(nth, () => Promise.reject(errno(error, 'write'))));
        await failsWith(code, () => storage.put('a', inPieces(testBytes(LARGE), [MIB])));
        assert.deepEqual(await keysOf(storage), []);
        assert.deepEqual(await leftovers(), []);
        await keeps(storage, 'a');
      });
    }
  }

  it('are stored on a file system in memory too', async function () {
    const memory = await temporaryDirectory('firn-storage-', '/dev/shm').catch(() => this.skip());
    try {
      const storage = await openLocalStorage(join(memory.path, 'container'));
      await keeps(storage, 'a');
      await storage.close();
    } finally {
      await memory.remove();
    }
  });

  it('leave no file open', async () => {
    const before = (await readdir('/proc/self/fd')).length;
    const storage = await opened();
    await keeps(storage, 'a');
    await failsWith('storage.object-exists', () => keeps(storage, 'a'));
    assert.equal((await readdir('/proc/self/fd')).length, before);
  });
});
