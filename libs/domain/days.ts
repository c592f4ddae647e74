/** A day of retention and age is always 24 hours, whatever clocks in summer do. */
export const dayMs = 86_400_000;

/** `31 days`, `1 day`, `1.5 days`; rounded down to a tenth. */
export function inDays(ms: number): string {
  const days = Math.floor((ms / dayMs) * 10) / 10;
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}
