import { monotonicMs, systemClock } from '#kernel';

/** Looks until `condition` holds; after `limitMs` it is an error. For what real servers do in their own time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const end = monotonicMs() + limitMs;
  while (!(await condition())) {
    if (monotonicMs() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await systemClock.sleep(5);
  }
}
