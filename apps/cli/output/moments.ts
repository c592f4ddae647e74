const SHORT = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** `2026-11-20 14:03:07` in local time; nothing for nothing. */
export function shortTime(text: string | undefined): string {
  return text === undefined ? '' : SHORT.format(new Date(text));
}

/** Whether it is a moment as the API writes it. */
export function isMoment(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}
