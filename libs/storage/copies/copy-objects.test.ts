import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { HurryingClock } from '#kernel/testing';
import { bodyOf, composeStorage, copyObjects, type CopyProgress, type StorageBackend } from '#storage';
import {
  bytesAt,
  delegating,
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  testBytes,
  textBody,
  type ScriptedFault,
} from '#storage/testing';

const KEYS = ['x/1/manifest', 'x/1/segments/0', 'x/1/segments/1', 'x/2/manifest', 'x/2/segments/0'];
/** Manifests last. */
const order = (key: string) => Number(key.endsWith('manifest'));

async function places(faults: { from?: readonly ScriptedFault[]; to?: readonly ScriptedFault[] } = {}) {
  const source = memoryStorage();
  for (const [seed, key] of KEYS.entries()) await source.put(key, bodyOf(testBytes(1000 * (seed + 1), seed)));
  await source.put('other', textBody('x'));
  const target = memoryStorage();
  const [from, to] = [faultyStorage(source, faults.from ?? []), faultyStorage(target, faults.to ?? [])];
  return { source, target, from, to };
}

describe('copying objects', () => {
  it('brings what is missing below a folder, byte for byte, and leaves what is there', async () => {
    const { source, target, from, to } = await places();
    await target.put('x/1/segments/0', bodyOf(testBytes(2000, 1)));
    await target.put('x/only-here', textBody('kept'));
    const counts = await copyObjects(from, to, { prefix: 'x/', order });
    assert.deepEqual(counts, {
      ...{ objects: 4, bytes: 13_000, replacedObjects: 0 },
      ...{ presentObjects: 1, presentBytes: 2000 },
    });
    for (const key of KEYS) assert.ok((await bytesAt(source, key)).equals(await bytesAt(target, key)), key);
    assert.deepEqual(await keysOf(target), [...KEYS, 'x/only-here']);
    const again = await copyObjects(from, to, { prefix: 'x/', order });
    assert.deepEqual([again.objects, again.presentObjects], [0, 5]);
  });

  it('stores a higher rank only when all of the lower ones are stored, whichever put fails', async () => {
    for (let nth = 1; nth <= KEYS.length; nth += 1) {
      const { from, to, target } = await places({ to: [{ call: 'put', nth, does: 'fail' }] });
      await failsWith('storage.unavailable', () =>
        copyObjects(from, to, { prefix: '', order, concurrency: 2 }),
      );
      const stored = await keysOf(target);
      const lower = [...KEYS, 'other'].filter((key) => order(key) === 0);
      if (stored.some((key) => order(key) > 0))
        assert.deepEqual(
          stored.filter((key) => order(key) === 0),
          lower.sort(),
        );
      const counts = await copyObjects(from, to, { prefix: '', order });
      assert.equal(counts.objects + counts.presentObjects, KEYS.length + 1);
    }
  });

  it('reads once what it knows the digest of, and everything else twice', async () => {
    const { from, to, source } = await places();
    const known = bodyOf(await bytesAt(source, 'x/1/segments/0')).sha256;
    const digestOf = (key: string) => (key === 'x/1/segments/0' ? known : undefined);
    await copyObjects(from, to, { prefix: 'x/1/', digestOf, concurrency: 1 });
    const gets = (key: string) => from.diary.filter((line) => line === `get ${key}`).length;
    assert.deepEqual([gets('x/1/segments/0'), gets('x/1/segments/1')], [1, 2]);
  });

  it('stores nothing that has not its digest or its size', async () => {
    for (const fault of [
      { call: 'get', nth: 'every', does: 'flip-byte', at: 7 },
      { call: 'get', nth: 'every', does: 'truncate', keep: 7 },
    ] as const) {
      const { source, from, to, target } = await places({ from: [fault] });
      const digestOf = async (key: string) => bodyOf(await bytesAt(source, key)).sha256;
      const failure = await failsWith('storage.body-mismatch', () =>
        copyObjects(from, to, { prefix: 'x/', digestOf }),
      );
      assert.match(failure.message, /at memory has|has fewer than/);
      assert.deepEqual(await keysOf(target), []);
    }
  });

  it('notices what changed between its two readings', async () => {
    const { from, to, target } = await places({ from: [{ call: 'get', nth: 2, does: 'flip-byte', at: 7 }] });
    await failsWith('storage.body-mismatch', () => copyObjects(from, to, { prefix: 'x/2/', concurrency: 1 }));
    assert.deepEqual(await keysOf(target), []);
  });

  it('refuses what has another size, before it stores anything, or replaces it when told to', async () => {
    const { from, to, target } = await places();
    await target.put('x/2/segments/0', textBody('short'));
    const failure = await failsWith('copies.different', () => copyObjects(from, to, { prefix: 'x/', order }));
    assert.deepEqual(failure.context['keys'], ['x/2/segments/0']);
    assert.deepEqual(await keysOf(target), ['x/2/segments/0']);
    const counts = await copyObjects(from, to, { prefix: 'x/', order, replaces: true });
    assert.deepEqual([counts.objects, counts.replacedObjects], [5, 1]);
    assert.equal((await bytesAt(target, 'x/2/segments/0')).length, 5000);
  });

  it('bears that somebody else brings an object at the same time', async () => {
    const { source, from, target } = await places();
    const racing = {
      ...faultyStorage(target, []),
      put: async (key: string, body: ReturnType<typeof bodyOf>) => {
        if (key === 'x/1/segments/1') await target.put(key, bodyOf(await bytesAt(source, key)));
        await target.put(key, body);
      },
    };
    const counts = await copyObjects(from, racing, { prefix: 'x/', order });
    assert.deepEqual([counts.objects, counts.presentObjects], [4, 1]);
  });

  it('goes on through what passes on either side', async () => {
    const { from, to, target } = await places({
      from: [
        { call: 'get', nth: 2, does: 'break', after: 10 },
        { call: 'list', nth: 1, does: 'fail' },
      ],
      to: [1, 3].map((nth) => ({ call: 'put', nth, does: 'fail' }) as const),
    });
    const options = { clock: new HurryingClock(), random: () => 0 };
    await copyObjects(composeStorage(from, options), composeStorage(to, options), { prefix: '', order });
    assert.equal((await keysOf(target)).length, KEYS.length + 1);
  });

  it('tells how far it has come, and can be called off', async () => {
    const { from, to, target } = await places();
    const seen: CopyProgress[] = [];
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const onProgress = (progress: CopyProgress) => {
      seen.push(progress);
      if (seen.length === 2) stop.abort(reason);
    };
    const options = { prefix: 'x/', order, onProgress, concurrency: 1, signal: stop.signal };
    await assert.rejects(copyObjects(from, to, options), (error) => error === reason);
    assert.deepEqual(seen, [
      { key: 'x/1/segments/0', objects: 1, bytes: 2000, totalObjects: 5, totalBytes: 15_000 },
      { key: 'x/1/segments/1', objects: 2, bytes: 5000, totalObjects: 5, totalBytes: 15_000 },
    ]);
    assert.equal((await keysOf(target)).length, 2);
  });

  it('holds no whole object', async () => {
    const piece = testBytes(1 << 20);
    const size = 300 << 20;
    async function* pieces() {
      for (let at = 0; at < size; at += piece.length) yield piece;
    }
    const from: StorageBackend = {
      ...delegating(memoryStorage()),
      async *list() {
        yield { key: 'large', size, modifiedAt: new Date(0) };
      },
      get: async () => Readable.from(pieces(), { objectMode: false }),
    };
    let put = 0;
    const to: StorageBackend = {
      ...delegating(memoryStorage()),
      put: async (_, body) => {
        for await (const chunk of body.open()) put += chunk.length;
      },
    };
    const before = process.memoryUsage().rss;
    await failsWith('storage.body-mismatch', () =>
      copyObjects(from, to, { prefix: '', digestOf: () => 'wrong' }),
    );
    assert.equal(put, size);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 100 << 20, `${grown >> 20} MiB more`);
  });

  it('hands on what a storage says', async () => {
    const failure = new Failure('storage.full', 'full');
    const { from, to } = await places({ to: [{ call: 'put', nth: 1, does: 'fail', failure }] });
    await assert.rejects(copyObjects(from, to, { prefix: '' }), (error) => error === failure);
    await failsWith('storage.key-invalid', () => copyObjects(from, to, { prefix: 'x' }));
  });
});
