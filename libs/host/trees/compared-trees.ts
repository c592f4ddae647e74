import { compareTrees, type CompareExtent } from './compare-trees.js';
import type { CompareOptions, Difference } from './tree-difference.js';

export interface ComparedTrees extends CompareExtent {
  /** The first of them, at most `most`. */
  readonly differences: readonly Difference[];
  /** All of them. */
  readonly count: number;
}

/** The whole comparison as one answer; see `compareTrees`. Memory held besides: `most` differences. */
export async function comparedTrees(
  left: string,
  right: string,
  options: CompareOptions & { readonly most?: number } = {},
  signal?: AbortSignal,
): Promise<ComparedTrees> {
  const { most = 100 } = options;
  const differences: Difference[] = [];
  let count = 0;
  const comparison = compareTrees(left, right, options, signal);
  for (;;) {
    const { done, value } = await comparison.next();
    if (done) return { ...value, differences, count };
    count += 1;
    if (differences.length < most) differences.push(value);
  }
}
