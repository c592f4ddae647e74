import { createHash } from 'node:crypto';
import type { CheckedObject } from './checked-object.js';

/** How much of what is stored is to be read. */
export type SampleWish =
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Part `part` (from 1) of `of`: each object is in exactly one of them, and stays in it. */
  | { readonly kind: 'part'; readonly part: number; readonly of: number };

/**
 * The keys of the objects to read: the same for the same seed. A share is reached and not much exceeded: by one object at
 * most, and one is read at least. A part needs no seed, so that all parts together are everything.
 */
export function chooseSample(
  objects: readonly CheckedObject[],
  wish: SampleWish,
  seed: string,
): ReadonlySet<string> {
  if (wish.kind === 'part') {
    const { part, of } = wish;
    return new Set(objects.map(({ key }) => key).filter((key) => drawn('part', key) % of === part - 1));
  }
  const total = objects.reduce((sum, { size }) => sum + size, 0);
  const budget = wish.kind === 'bytes' ? wish.bytes : (total * wish.percent) / 100;
  const lots = objects.map((object) => ({ object, lot: drawn(seed, object.key) }));
  lots.sort((a, b) => a.lot - b.lot || (a.object.key < b.object.key ? -1 : 1));
  const chosen = new Set<string>();
  let bytes = 0;
  for (const { object } of lots) {
    if (chosen.size > 0 && bytes >= budget) break;
    chosen.add(object.key);
    bytes += object.size;
  }
  return chosen;
}

/** A number below 2^48, spread evenly over all keys. */
function drawn(seed: string, key: string): number {
  return createHash('sha256').update(`firn sample\n${seed}\n${key}`).digest().readUIntBE(0, 6);
}
