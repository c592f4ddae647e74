import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { temporaryDirectory, type TemporaryDirectory } from '#host';
import { Failure, jsonLogger, silentLogger } from '#kernel';
import { FakeClock, HurryingClock } from '#kernel/testing';
import {
  bodyOf,
  composeStorage,
  rememberingStorage,
  type MemoryOptions,
  type StorageBackend,
} from '#storage';
import {
  ALL_BUT_PUT,
  bytesAt,
  collected,
  delegating,
  denyingStorage,
  describeStorageContract,
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  testBytes,
  textAt,
  textBody,
  type DeniedRight,
} from '#storage/testing';

type Base = ReturnType<typeof memoryStorage>;

describe('a storage that remembers', () => {
  let directory: TemporaryDirectory;
  let base: Base;
  let denied: readonly DeniedRight[];
  let log: string[];
  const clock = new FakeClock();
  beforeEach(async () => {
    directory = await temporaryDirectory('firn-memory-');
    base = memoryStorage({ clock });
    denied = ALL_BUT_PUT;
    log = [];
  });
  afterEach(() => directory.remove());

  const over = (inner: StorageBackend, options: Partial<MemoryOptions> = {}) => {
    const logger = jsonLogger((line) => log.push(line), clock);
    return rememberingStorage(inner, {
      directory: join(directory.path, 'memory'),
      clock,
      logger,
      ...options,
    });
  };
  const opened = (options?: Partial<MemoryOptions>) =>
    over(
      denyingStorage(base.reopen(), () => denied),
      options,
    );
  const files = () => {
    const root = join(directory.path, 'memory');
    return readdirSync(root).flatMap((place) =>
      readdirSync(join(root, place)).map((name) => join(root, place, name)),
    );
  };

  it('remembers a body whose buffer is used again for each piece', async () => {
    const buffer = Buffer.alloc(3);
    const storage = opened();
    await storage.put('firn.json', {
      ...textBody('aaabbb'),
      async *open() {
        for (const letter of 'ab') yield buffer.fill(letter);
      },
    });
    assert.equal(await textAt(storage, 'firn.json'), 'aaabbb');
    await storage.close();
  });

  it('tells a client that may only put what it has put, also another day', async () => {
    const first = opened();
    await first.put('firn.json', textBody('container'));
    await first.put('backups/a/1/manifest', textBody('one'));
    await first.put('backups/b/2/manifest', textBody('two'));
    await first.close();
    for (const storage of [first, opened()]) {
      assert.equal(await textAt(storage, 'firn.json'), 'container');
      assert.equal((await bytesAt(storage, 'firn.json', { start: 3, end: 6 })).toString(), 'tai');
      await failsWith('storage.range-invalid', () => storage.get('firn.json', { start: 3, end: 60 }));
      const { size, modifiedAt } = await storage.head('backups/a/1/manifest');
      assert.deepEqual([size, modifiedAt], [3, clock.now()]);
      assert.deepEqual(await keysOf(storage), ['backups/a/1/manifest', 'backups/b/2/manifest', 'firn.json']);
      assert.deepEqual(await keysOf(storage, 'backups/b/'), ['backups/b/2/manifest']);
      assert.deepEqual(await collected(storage.folders('backups/')), ['a', 'b']);
      assert.deepEqual(await collected(storage.folders('backups/a/1/')), []);
    }
  });

  it('says that it has not put an object only in a folder of which it knows', async () => {
    const storage = opened();
    for (const ask of ['head', 'get'] as const)
      await failsWith('storage.access-denied', () => storage[ask]('a/x'));
    await failsWith('storage.access-denied', () => keysOf(storage));
    await failsWith('storage.access-denied', () => collected(storage.folders('')));
    await storage.put('a/b', textBody('x'));
    for (const ask of ['head', 'get'] as const) {
      assert.equal(
        (await failsWith('storage.object-missing', () => storage[ask]('a/x'))).context['remembered'],
        true,
      );
      await failsWith('storage.access-denied', () => storage[ask]('a/b/c'));
    }
    assert.deepEqual(await keysOf(storage, 'b/'), []);
  });

  it('never says of a put that failed that it was made', async () => {
    const storage = over(
      faultyStorage(
        denyingStorage(base, () => denied),
        [{ call: 'put', nth: 2, does: 'fail' }],
      ),
    );
    await storage.put('a/1', textBody('x'));
    await failsWith('storage.unavailable', () => storage.put('a/2', textBody('x')));
    await failsWith('storage.object-exists', () => storage.put('a/1', textBody('other')));
    assert.deepEqual(await keysOf(storage), ['a/1']);
    assert.equal(await textAt(storage, 'a/1'), 'x');
  });

  it('keeps a denied remove a failure, and forgets what was removed', async () => {
    const storage = opened();
    await storage.put('a/1', textBody('x'));
    await storage.put('a/2', textBody('x'));
    await failsWith('storage.access-denied', () => storage.remove('a/1'));
    assert.deepEqual(await keysOf(storage), ['a/1', 'a/2']);
    denied = ['get', 'head', 'list'];
    await storage.remove('a/1');
    for (const each of [storage, opened()]) {
      await failsWith('storage.object-missing', () => each.head('a/1'));
      assert.deepEqual(await keysOf(each), ['a/2']);
    }
    await storage.remove('a/2');
    await failsWith('storage.access-denied', () => keysOf(opened()));
    assert.deepEqual(files(), []);
  });

  it('believes the storage where it answers, and remembers what that says', async () => {
    const storage = opened();
    for (const key of ['a/1', 'a/2', 'b/c/1', 'b/d/1']) await storage.put(key, textBody(key));
    await base.remove('a/1');
    await base.remove('b/c/1');
    denied = [];
    await failsWith('storage.object-missing', () => storage.head('a/1'));
    assert.deepEqual(await collected(storage.folders('b/')), ['d']);
    denied = ALL_BUT_PUT;
    assert.deepEqual(await keysOf(opened()), ['a/2', 'b/d/1']);
    await base.remove('a/2');
    denied = ['get', 'head'];
    assert.deepEqual(await keysOf(storage), ['b/d/1']);
    denied = ALL_BUT_PUT;
    assert.deepEqual(await keysOf(opened()), ['b/d/1']);
  });

  it('does not take for its own what has come in its place', async () => {
    const storage = opened();
    await storage.put('firn.json', textBody('mine'));
    denied = ['get', 'list'];
    await storage.head('firn.json');
    assert.equal(await textAt(storage, 'firn.json'), 'mine');
    await base.remove('firn.json');
    clock.advance(30 * 24 * 3600 * 1000);
    await base.put('firn.json', textBody('more'));
    const later = opened();
    await later.head('firn.json');
    await failsWith('storage.access-denied', () => textAt(later, 'firn.json'));
    denied = [];
    assert.equal(await textAt(later, 'firn.json'), 'more');
    denied = ALL_BUT_PUT;
    assert.equal(await textAt(later, 'firn.json'), 'more');
  });

  it('remembers what it was once allowed to read', async () => {
    await base.put('firn.json', textBody('of another client'));
    denied = [];
    await textAt(opened(), 'firn.json');
    denied = ALL_BUT_PUT;
    assert.equal(await textAt(opened(), 'firn.json'), 'of another client');
    assert.equal((await opened().head('firn.json')).size, 17);
  });

  it('answers when an object may be opened and its first byte is denied', async () => {
    const refusing = (): Readable =>
      new Readable({
        read() {
          this.destroy(new Failure('storage.access-denied', 'no right to read'));
        },
      });
    const server: StorageBackend = { ...delegating(base), get: async () => refusing() };
    const storage = over(server);
    await storage.put('a/1', textBody('x'));
    assert.equal(await textAt(storage, 'a/1'), 'x');
    await base.put('a/2', textBody('x'));
    await failsWith('storage.access-denied', () => textAt(storage, 'a/2'));
  });

  it('keeps the bytes of what is small enough, and of the rest that it is there', async () => {
    const mostBytes = (key: string) => (key.endsWith('manifest') ? 300_000 : 10);
    const storage = opened({ mostBytes });
    await storage.put('a/manifest', bodyOf(testBytes(200_000)));
    await storage.put('a/segment', bodyOf(testBytes(11)));
    assert.deepEqual(await bytesAt(storage, 'a/manifest'), testBytes(200_000));
    assert.equal((await storage.head('a/segment')).size, 11);
    await failsWith('storage.access-denied', () => bytesAt(storage, 'a/segment'));
  });

  it('is private', async () => {
    await opened().put('a/1', textBody('x'));
    const [place = ''] = readdirSync(join(directory.path, 'memory'));
    assert.equal(statSync(join(directory.path, 'memory', place)).mode & 0o777, 0o700);
    assert.equal(files().length, 2);
    for (const file of files()) assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('of one place has nothing for another', async () => {
    await opened().put('a/1', textBody('x'));
    const elsewhere = {
      ...base,
      ...delegating(base),
      properties: { ...base.properties, place: 'elsewhere' },
    };
    await failsWith('storage.access-denied', () => keysOf(over(denyingStorage(elsewhere, () => denied))));
  });

  it('passes over what is damaged in it, says so, and goes on', async () => {
    const storage = opened();
    await storage.put('a/1', textBody('one'));
    await storage.put('a/2', textBody('two'));
    const journal = files().find((file) => file.endsWith('.journal')) ?? '';
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.replace('"size":3', '"size":4'));
    const flipped = opened();
    assert.deepEqual(await keysOf(flipped), ['a/2']);
    assert.match(log.join(''), /some of what is remembered of a storage is damaged.*"records":1/);
    // Cut in the middle of the second line: the next one is whole all the same.
    writeFileSync(journal, text.slice(0, -20));
    await opened().put('a/3', textBody('three'));
    assert.deepEqual(await keysOf(opened()), ['a/1', 'a/3']);
    for (const file of files()) if (!file.endsWith('.journal')) writeFileSync(file, 'owt');
    await failsWith('storage.access-denied', () => textAt(opened(), 'a/1'));
    assert.match(log.join(''), /what is remembered of an object is damaged/);
  });

  it('that cannot be written fails nothing, and lasts until the end of the process', async () => {
    writeFileSync(join(directory.path, 'memory'), 'in the way');
    const storage = opened();
    await storage.put('a/1', textBody('x'));
    assert.deepEqual(await keysOf(storage), ['a/1']);
    assert.equal(log.length, 1);
    assert.match(log.join(''), /the memory of a storage cannot be used/);
    await storage.close();
    rmSync(join(directory.path, 'memory'));
  });

  it('is bounded: what was not used for longest goes first', async () => {
    const bounds = { folders: 3, bytes: 1 << 20 };
    const first = opened({ bounds });
    for (const key of ['a/1', 'b/1', 'c/1']) {
      await first.put(key, textBody(key));
      clock.advance(1000);
      await textAt(first, key);
    }
    await first.close();
    const second = opened({ bounds });
    await textAt(second, 'a/1');
    clock.advance(1000);
    await second.put('d/1', textBody('d'));
    await second.close();
    const left = await keysOf(opened());
    assert.equal(left.length, 3);
    assert.ok(left.includes('a/1') && left.includes('d/1') && !left.includes('b/1'), left.join());
  });

  it('is the last word after tries that failed in passing', async () => {
    const unsteady = faultyStorage(
      denyingStorage(base, () => denied),
      [{ call: 'head', nth: 1, does: 'fail' }],
    );
    const memory = { directory: join(directory.path, 'memory') };
    const storage = composeStorage(unsteady, { clock: new HurryingClock(), random: () => 0.5, memory });
    await storage.put('a/1', textBody('x'));
    assert.equal((await storage.head('a/1')).size, 1);
    unsteady.assertAllMet();
  });
});

const places = new Map<StorageBackend, { base: Base; directory: TemporaryDirectory }>();
async function remembering(base: Base, directory: TemporaryDirectory): Promise<StorageBackend> {
  const storage = rememberingStorage(base, {
    directory: directory.path,
    clock: new FakeClock(),
    logger: silentLogger,
  });
  places.set(storage, { base, directory });
  return storage;
}

describe('remembering', () => {
  afterEach(async () => {
    for (const { directory } of places.values()) await directory.remove();
    places.clear();
  });

  describeStorageContract('remembering over memory', {
    open: async () => remembering(memoryStorage(), await temporaryDirectory('firn-memory-')),
    reopen: async (storage) => {
      const place = places.get(storage);
      assert.ok(place);
      await storage.close();
      return remembering(place.base.reopen(), place.directory);
    },
  });
});
