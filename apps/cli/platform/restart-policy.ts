/** A life that is shorter says that something is wrong for good; five such in a row are enough. */
const QUICK_MS = 10_000;
const MOST_QUICK = 5;
/** After a longer life all is forgotten. */
const LONG_MS = 300_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * How long to wait before a process that has died is started again; `undefined` when it is to be given up. `lives` are
 * all its lives so far in milliseconds, the last one last.
 */
export function restartWait(lives: readonly number[]): number | undefined {
  const quick = lives.length - 1 - lives.findLastIndex((ms) => ms >= QUICK_MS);
  if (quick >= MOST_QUICK) return undefined;
  const recent = lives.length - 1 - lives.findLastIndex((ms) => ms >= LONG_MS);
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, recent - 1), LONGEST_WAIT_MS);
}
