import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { withTemporaryDirectory } from '#test/support';
import { sealingKeysIn } from './sealing-keys.js';

describe('the file of sealing keys', () => {
  it('is made once, for its owner alone, whoever asks first', async () => {
    await withTemporaryDirectory(async (place) => {
      const path = join(place, 'secrets', 'sealing-key');
      const all = await Promise.all([1, 2, 3, 4].map(() => sealingKeysIn(path, randomBytes)()));
      const [first] = all;
      assert.ok(all.every((keys) => Buffer.compare(keys[0]!, first![0]!) === 0 && keys.length === 1));
      assert.equal(statSync(path).mode & 0o777, 0o600);
    });
  });

  it('is read each time, the newest key first', async () => {
    await withTemporaryDirectory(async (place) => {
      const path = join(place, 'sealing-key');
      const keys = sealingKeysIn(path, randomBytes);
      const [old] = await keys();
      const fresh = randomBytes(32);
      writeFileSync(path, `${fresh.toString('base64')}\n${readFileSync(path, 'utf8')}`);
      assert.deepEqual(
        (await keys()).map((key) => Buffer.from(key).toString('hex')),
        [fresh.toString('hex'), Buffer.from(old!).toString('hex')],
      );
    });
  });

  it('is refused when it holds something else, without showing it', async () => {
    await withTemporaryDirectory(async (place) => {
      const path = join(place, 'sealing-key');
      writeFileSync(path, 'hunter2\n');
      await assert.rejects(sealingKeysIn(path, randomBytes)(), (error: Error) => {
        assert.ok(!error.message.includes('hunter2'));
        return (error as Error & { code?: string }).code === 'platform.state-unusable';
      });
    });
  });
});
