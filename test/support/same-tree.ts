import assert from 'node:assert/strict';
import { comparedTrees, type CompareOptions } from '#host';

/** Fails with the first differences when two trees are not the same in everything a backup keeps. */
export async function assertSameTree(
  expected: string,
  actual: string,
  options: CompareOptions = {},
): Promise<void> {
  const { differences, count, entries } = await comparedTrees(expected, actual, {
    ...{ sparse: true, ignoreSockets: true, attributes: 'if-possible' },
    ...options,
  });
  const shown = differences
    .slice(0, 10)
    .map(({ path, what, left, right }) => `${path}: ${what}: ${left} → ${right}`);
  assert.equal(count, 0, `${count} differences in ${entries} entries:\n${shown.join('\n')}`);
  assert.ok(entries > 0, 'nothing was compared');
}
