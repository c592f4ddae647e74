import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Metadata } from '../metadata.js';

const VALUES = [null, false, 0, '', 'text \u0000 👩‍💻', [1, [2]], { a: { b: null } }, 2 ** 53 - 1];

export function describeSettings(given: () => Metadata): void {
  const get = (name: string) => given().transaction(({ settings }) => settings.get(name));
  const put = (name: string, value: unknown) =>
    given().transaction(({ settings }) => settings.put(name, value));

  describe('settings', () => {
    it('are undefined until they are put, and then any JSON', async () => {
      assert.equal(await get('never'), undefined);
      for (const value of VALUES) {
        await put('odd', value);
        assert.deepEqual(await get('odd'), value);
      }
    });

    it('are copies', async () => {
      const value = { list: [1] };
      await put('copied', value);
      value.list.push(2);
      const read = (await get('copied')) as typeof value;
      read.list.push(3);
      assert.deepEqual(await get('copied'), { list: [1] });
    });

    it('are made once when many make them at the same time', async () => {
      const makers = Array.from({ length: 12 }, (_, maker) =>
        given().transaction(async ({ settings }) => {
          const there = await settings.get('made once', 'lock');
          if (there !== undefined) return there;
          await settings.put('made once', maker);
          return maker;
        }),
      );
      const seen = new Set(await Promise.all(makers));
      assert.deepEqual([...seen], [await get('made once')]);
    });
  });
}
