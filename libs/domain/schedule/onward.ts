export type Direction = 1 | -1;

/** The values in `direction` from `start`, itself included. `values` ascend. */
export function* onward(values: readonly number[], start: number, direction: Direction): Generator<number> {
  const first = direction > 0 ? countBelow(values, start) : countBelow(values, start + 1) - 1;
  for (let i = first; i >= 0 && i < values.length; i += direction) yield values[i] ?? 0;
}

/** The nearest combination, of one value of each list, in `direction` from `start`, itself included. */
export function combinationFrom(
  lists: readonly (readonly number[])[],
  start: readonly number[],
  direction: Direction,
): readonly number[] | undefined {
  const [list, ...rest] = lists;
  const [at = 0, ...below] = start;
  if (!list) return [];
  for (const value of onward(list, at, direction)) {
    const tail = value === at ? combinationFrom(rest, below, direction) : outermost(rest, direction);
    if (tail) return [value, ...tail];
  }
  return undefined;
}

/** The combination that one meets first in `direction`. */
export function outermost(lists: readonly (readonly number[])[], direction: Direction): readonly number[] {
  return lists.map((list) => list.at(direction > 0 ? 0 : -1) ?? 0);
}

function countBelow(values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
