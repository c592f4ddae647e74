import { distance } from 'fastest-levenshtein';

/** The known name that a mistyped one most probably meant, or `undefined` when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** `"zsdt" (did you mean "zstd"?)`, or the quoted name alone. */
export function withNearest(name: string, known: Iterable<string>): string {
  const guess = nearest(name, known);
  return guess === undefined ? `"${name}"` : `"${name}" (did you mean "${guess}"?)`;
}
