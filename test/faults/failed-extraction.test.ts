import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { memoryStorage } from '#storage/testing';
import { runBackup, runRestore } from '#workflows';
import { backupOrder, noise, partsOn, restoreOrder, withTemporaryDirectory } from '#test/support';

const signal = new AbortController().signal;

describe('an extraction that fails', () => {
  // A corrupt failure without any damaged data was told as "0 entries cannot be restored".
  it('tells its own failure when no data is damaged, and leaves no half file and no probe', () =>
    withTemporaryDirectory(async (place) => {
      const source = join(place, 'source');
      const target = join(place, 'target');
      mkdirSync(source);
      for (const name of ['a', 'b']) writeFileSync(join(source, name), noise(50_000));
      const parts = partsOn(memoryStorage(), place);
      await runBackup(parts, backupOrder(source), { signal });

      const failing: typeof parts.engine = {
        ...parts.engine,
        extract: async (members, { root }) => {
          for await (const bytes of members) writeFileSync(join(root, 'a'), bytes.subarray(0, 10));
          throw new Failure('restore.unsafe-path', 'a member points outside of the target');
        },
      };
      await assert.rejects(
        runRestore({ ...parts, engine: failing }, restoreOrder(target), { signal }),
        (error) => error instanceof Failure && error.code === 'restore.unsafe-path',
      );
      assert.equal(existsSync(join(target, 'a')), false);
      assert.deepEqual(readdirSync(target), []);
    }));
});
