import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'mocha';
import { bodyOf, type RewindableBody } from '#storage';
import {
  bytesAt,
  collected,
  failsWith,
  interruptedBody,
  keysOf,
  testBytes,
  textAt,
  textBody,
} from '#storage/testing';
import { requireSwift, sharedSwift } from '#test/support';
import { foldersBelow, objectsBelow } from './swift-listing.js';
import { GivenSwift } from './testing/given-swift.js';

describe('a container of Swift', () => {
  let given: GivenSwift;
  before(async function () {
    requireSwift(this);
    given = new GivenSwift(await sharedSwift());
  });
  afterEach(() => given.close());

  it('holds several storages below prefixes that do not see each other', async () => {
    const container = given.container();
    const one = await given.storage({ container: `${container}/one` });
    const other = await given.storage({ container: `${container}/one/more/` });
    await one.put('a/b', textBody('one'));
    await other.put('a/b', textBody('other'));
    assert.equal(await textAt(one, 'a/b'), 'one');
    assert.equal(await textAt(other, 'a/b'), 'other');
    assert.deepEqual(await keysOf(other), ['a/b']);
    assert.deepEqual(await collected(other.folders('')), ['a']);
    assert.deepEqual(await given.names(container), ['one/a/b', 'one/more/a/b']);
  });

  it('can have a name of odd letters', async () => {
    const container = `${given.container()} ä?#%2F&`;
    const storage = await given.storage({ container });
    await storage.put('a/%2F@=+~', textBody('x'));
    assert.deepEqual(await keysOf(storage), ['a/%2F@=+~']);
    assert.equal(await textAt(storage, 'a/%2F@=+~'), 'x');
  });

  it('is made by the first put, and empty before', async () => {
    const storage = await given.storage();
    assert.deepEqual(await keysOf(storage), []);
    await failsWith('storage.object-missing', () => storage.head('a'));
    await storage.remove('a');
    await storage.put('a', textBody('x'));
    assert.deepEqual(await keysOf(storage), ['a']);
  });

  it('is not made when it must not be', async () => {
    const container = given.container();
    const storage = await given.storage({ container, createContainer: 'false' });
    for (const call of [
      () => storage.put('a', textBody('x')),
      () => storage.head('a'),
      () => keysOf(storage),
      () => collected(storage.folders('')),
    ]) {
      const failure = await failsWith('storage.container-missing', call);
      assert.equal(failure.context['place'], storage.properties.place);
    }
    assert.equal((await given.raw('HEAD', `/${container}`)).status, 404);
    await given.raw('PUT', `/${container}`);
    await storage.put('a', textBody('x'));
  });

  it('says that it is gone when somebody removed it', async () => {
    const container = given.container();
    const storage = await given.storage({ container });
    await storage.put('a', textBody('x'));
    await storage.remove('a');
    await given.raw('DELETE', `/${container}`);
    await failsWith('storage.container-missing', () => storage.put('a', textBody('x')));
  });

  it('refuses a key that is too long below its prefix', async () => {
    const storage = await given.storage({ container: `${given.container()}/prefix` });
    const key = 'abcdefg/'.repeat(127) + 'abcdefgh';
    await failsWith('storage.key-invalid', () => storage.put(key, textBody('x')));
  });

  it('leaves out what others put there under names that are no keys', async () => {
    const container = given.container();
    const storage = await given.storage({ container });
    await storage.put('a/b', textBody('x'));
    for (const name of ['with%20blank', '%C3%A4/x', 'a//b', 'folder/']) {
      assert.equal((await given.raw('PUT', `/${container}/${name}`, {}, 'x')).status, 201);
    }
    assert.deepEqual(await keysOf(storage), ['a/b']);
    assert.deepEqual(await collected(storage.folders('a/')), []);
  });

  it('does not overwrite what another storage put meanwhile', async () => {
    const container = given.container();
    const [one, other] = [await given.storage({ container }), await given.storage({ container })];
    await one.put('a', textBody('one'));
    await failsWith('storage.object-exists', () => other.put('a', textBody('other')));
    await failsWith('storage.object-exists', () => other.put('a', bodyOf(testBytes(5 << 20))));
    assert.equal(await textAt(one, 'a'), 'one');
  });

  describe('without parts', () => {
    const body = bodyOf(testBytes(3 << 20));
    const pieces: RewindableBody = {
      ...body,
      async *open() {
        const bytes = testBytes(3 << 20);
        for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
      },
    };

    it('keeps nothing of a body that broke', async () => {
      const storage = await given.storage();
      const broken = new Error('the source broke');
      const put = storage.put(
        'a',
        interruptedBody(body, () => Promise.reject(broken)),
      );
      await assert.rejects(put, (error) => error === broken);
      assert.deepEqual(await keysOf(storage), []);
      await storage.put('a', body);
    });

    it('keeps nothing of a body that was aborted, at once, also while it stalls', async () => {
      const storage = await given.storage();
      const stop = new AbortController();
      const reason = new Error('no longer wanted');
      const stalling = interruptedBody(body, () => {
        setImmediate(() => stop.abort(reason));
        return new Promise(() => undefined);
      });
      await assert.rejects(storage.put('a', stalling, stop.signal), (error) => error === reason);
      assert.deepEqual(await keysOf(storage), []);
    });

    it('keeps nothing of a body that goes on where it should end, between two pieces', async () => {
      const storage = await given.storage();
      for (const size of [2 << 20, 4 << 20]) {
        await failsWith('storage.body-mismatch', () => storage.put('a', { ...pieces, size }));
      }
      assert.deepEqual(await keysOf(storage), []);
    });
  });

  it('pages through folders and objects, whatever stands at the end of a page', async () => {
    const container = given.container();
    const storage = await given.storage({ container: `${container}/prefix` });
    const keys = ['b-c/x', 'b.d/x', 'b/x', 'b/y', 'b0', 'b0/x', 'c', 'd/x/y/z', 'e', 'f/x'];
    for (const key of keys) await storage.put(key, textBody('x'));
    await using inner = await given.inside(`${container}/prefix`);
    for (const page of [1, 2, 3, 7, 8, 100]) {
      const folders = await collected(foldersBelow(inner.session, inner.container, '', undefined, page));
      assert.deepEqual(folders, ['b', 'b-c', 'b.d', 'b0', 'd', 'f'], `${page} a page`);
      const objects = await collected(objectsBelow(inner.session, inner.container, '', undefined, page));
      assert.deepEqual(
        objects.map(({ key }) => key),
        keys,
        `${page} a page`,
      );
    }
  });

  describe('for users who may not do everything', () => {
    const bytes = testBytes(300_000);
    const limitedTo = async (who: 'reader' | 'writer' | 'putter', container: string) => {
      const { user, key: password } = given.swift.limited[who];
      return given.storage({ container, user, password, partSize: 100_000 });
    };
    const filled = async () => {
      const container = given.container();
      const owner = await given.storage({ container });
      await owner.put('there', textBody('x'));
      return { container, owner };
    };

    it('takes what somebody puts who may neither read nor list nor delete, with parts too', async () => {
      const { container, owner } = await filled();
      const storage = await limitedTo('putter', container);
      await storage.put('small', textBody('small'));
      await storage.put('large', bodyOf(bytes));
      assert.equal(await textAt(owner, 'small'), 'small');
      assert.ok(bytes.equals(await bytesAt(owner, 'large')));
      for (const body of [textBody('again'), bodyOf(bytes)])
        await failsWith('storage.object-exists', () => storage.put('there', body));
      await failsWith('storage.access-denied', () => bytesAt(storage, 'small'));
      await failsWith('storage.access-denied', () => keysOf(storage));
      await failsWith('storage.access-denied', () => storage.remove('small'));
    });

    it('is listed by somebody who may put and list, and not delete', async () => {
      const { container } = await filled();
      const storage = await limitedTo('writer', container);
      await storage.put('large', bodyOf(bytes));
      assert.deepEqual(await keysOf(storage), ['large', 'there']);
      await failsWith('storage.access-denied', () => storage.remove('there'));
    });

    it('is read by somebody who may not write', async () => {
      const { container, owner } = await filled();
      const storage = await limitedTo('reader', container);
      assert.equal(await textAt(storage, 'there'), 'x');
      assert.deepEqual(await keysOf(storage), ['there']);
      const failure = await failsWith('storage.access-denied', () => storage.put('new', textBody('x')));
      assert.deepEqual(
        { place: failure.context['place'], key: failure.context['key'] },
        { place: storage.properties.place, key: 'new' },
      );
      await failsWith('storage.access-denied', () => storage.remove('there'));
      assert.deepEqual(await keysOf(owner), ['there']);
    });
  });

  it('says that it is full when its quota is used up, and still removes', async () => {
    const container = given.container();
    const storage = await given.storage({ container, partSize: 100_000 });
    await storage.put('a', bodyOf(testBytes(150_000)));
    const quota = { 'x-container-meta-quota-bytes': '200000' };
    assert.equal((await given.raw('POST', `/${container}`, quota)).status, 204);
    await failsWith('storage.full', () => storage.put('b', bodyOf(testBytes(60_000))));
    await failsWith('storage.full', () => storage.put('c', bodyOf(testBytes(150_000))));
    await given.raw('POST', `/${container}`, { 'x-container-meta-quota-bytes': '1' });
    await storage.remove('a');
    assert.deepEqual(await given.names(container), []);
  });
});
