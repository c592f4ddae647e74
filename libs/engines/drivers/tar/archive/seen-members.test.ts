import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { withTemporaryDirectory } from '#test/support';
import { digestOf, PathSum } from '../scan/path-digest.js';
import { SeenMembers } from './seen-members.js';

describe('the members seen', () => {
  it('match the same paths in any order, and no others', async () => {
    await withSeen(['a', 'b', 'c'], async (seen) => {
      assert.equal(seen.matches(sumOf(['c', 'a', 'b'])), true);
      assert.equal(seen.matches(sumOf(['c', 'a'])), false);
      assert.equal(seen.matches(sumOf(['c', 'a', 'd'])), false);
    });
  });

  it('tell which of very many paths are missing', async () => {
    const paths = Array.from({ length: 600_000 }, (_, n) => `directory-${n % 97}/file-${n}`);
    const lost = [paths[5], paths[300_000], paths[599_999]];
    const seenPaths = paths.filter((path) => !lost.includes(path));
    await withSeen(seenPaths, async (seen) => {
      const missing: string[] = [];
      for await (const path of seen.missing(async function* () {
        yield* paths;
      })) {
        missing.push(path);
      }
      assert.deepEqual(missing.sort(), lost.sort());
    });
  }).timeout(30_000);

  function sumOf(paths: readonly string[]): PathSum {
    const sum = new PathSum();
    for (const path of paths) sum.add(digestOf(path));
    return sum;
  }

  async function withSeen(
    paths: readonly string[],
    use: (seen: SeenMembers) => Promise<void>,
  ): Promise<void> {
    await withTemporaryDirectory(async (directory) => {
      const seen = await SeenMembers.in(join(directory, 'seen'));
      try {
        for (const [n, path] of paths.entries()) {
          seen.add(digestOf(path));
          if (n % 10_000 === 0) await seen.flush();
        }
        await use(seen);
      } finally {
        await seen.close();
      }
    });
  }
});
