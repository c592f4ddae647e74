import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { bytesAt, collected, keysOf, textAt, textBody } from './bodies.js';
import { failsWith } from './failing.js';
import type { Given } from './given.js';

export function describeEnding(given: () => Given): void {
  describe('closing', () => {
    it('can be done twice', async () => {
      const { storage } = given();
      await storage.put('a', textBody('x'));
      await storage.close();
      await storage.close();
    });

    it('refuses every call after it, and changes nothing then', async () => {
      const { storage, reopened } = given();
      await storage.put('a', textBody('x'));
      await storage.close();
      for (const call of [
        () => storage.put('b', textBody('x')),
        () => bytesAt(storage, 'a'),
        () => storage.head('a'),
        () => storage.remove('a'),
        () => keysOf(storage),
        () => collected(storage.folders('')),
      ]) {
        await failsWith('storage.closed', call);
      }
      const again = await reopened();
      if (again === storage) return;
      assert.deepEqual(await keysOf(again), ['a']);
      assert.equal(await textAt(again, 'a'), 'x');
    });
  });

  it('says how many calls it takes at a time, and how large objects may be', () => {
    const { connections, maxObjectSize } = given().storage.properties;
    assert.ok(Number.isInteger(connections) && connections > 0, `${connections} connections`);
    assert.ok(maxObjectSize >= 1 << 20, `${maxObjectSize} bytes`);
  });
}
