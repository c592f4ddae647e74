const WINDOW_MS = 60_000;
const MOST_DEATHS = 5;
const WAITS_MS = [0, 250, 1000, 3000];

/**
 * How long to wait before the next start, given the times of all deaths in milliseconds, the last of which is now;
 * `undefined` to give up, at the fifth within a minute. A death that comes alone is answered at once.
 */
export function restartWait(deaths: readonly number[]): number | undefined {
  const now = deaths.at(-1) ?? 0;
  const recent = deaths.filter((at) => at > now - WINDOW_MS).length;
  return recent < MOST_DEATHS ? WAITS_MS[Math.max(recent - 1, 0)] : undefined;
}
