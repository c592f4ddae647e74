const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_MS = 24 * 3600 * 1000;
const QUARTER_MS = 15 * 60_000;

/** A time as `LIST` tells it, in the zone of the server, as if that were UTC. */
export interface ListedTime {
  readonly at: Date;
  /** Whether it says hours and minutes, and not only the day. */
  readonly hasMinutes: boolean;
}

/** Forms are those of `ls` ("Nov 20 18:47", "Nov 20 2025", "2026-11-20 18:47") and of Windows ("11-20-26 06:47PM"). */
export function listedTime(text: string, now: Date): ListedTime | undefined {
  const said = /^(\w{3})\s+(\d{1,2})\s+(?:(\d{1,2}):(\d\d)|(\d{4}))$/.exec(text.trim());
  const month = MONTHS.indexOf(said?.[1]?.toLowerCase() ?? '');
  if (said && month >= 0) {
    const [, , day, hour, minute, year] = said;
    if (year !== undefined) return moment(Number(year), month, Number(day));
    // Without a year it is the newest such day that is not to come.
    const recent = moment(now.getUTCFullYear(), month, Number(day), Number(hour), Number(minute));
    const isToCome = recent.at.getTime() > now.getTime() + DAY_MS;
    return isToCome
      ? moment(now.getUTCFullYear() - 1, month, Number(day), Number(hour), Number(minute))
      : recent;
  }
  const iso = /^(\d{4})-(\d\d)-(\d\d)\s+(\d{1,2}):(\d\d)/.exec(text.trim());
  if (iso) {
    const [year = 0, isoMonth = 1, ...rest] = iso.slice(1).map(Number);
    return moment(year, isoMonth - 1, ...rest);
  }
  const dos = /^(\d\d)-(\d\d)-(\d{2,4})\s+(\d{1,2}):(\d\d)\s*([AP]?)M?$/i.exec(text.trim());
  if (!dos) return undefined;
  const [, dosMonth, day, year = '', hour, minute, half = ''] = dos;
  const hours = half === '' ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return moment(
    Number(year.length === 2 ? `20${year}` : year),
    Number(dosMonth) - 1,
    Number(day),
    hours,
    Number(minute),
  );
}

/** `20261120185431`, with or without parts of seconds, as `MDTM` and `MLSD` tell it in UTC. */
export function exactTime(text: string): Date | undefined {
  const said = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3}))?/.exec(text.trim());
  if (!said) return undefined;
  const [year = 0, month = 1, day, hour, minute, second] = said.slice(1, 7).map(Number);
  return new Date(
    Date.UTC(year, month - 1, day, hour, minute, second, Number((said[7] ?? '').padEnd(3, '0'))),
  );
}

/** How far the zone of a server is from UTC, by one time told both ways. */
export function zoneOffsetMs(listed: Date, exact: Date): number {
  return Math.round((listed.getTime() - exact.getTime()) / QUARTER_MS) * QUARTER_MS || 0;
}

function moment(year: number, month: number, day?: number, hour?: number, minute?: number): ListedTime {
  return {
    at: new Date(Date.UTC(year, month, day ?? 1, hour ?? 0, minute ?? 0)),
    hasMinutes: minute !== undefined,
  };
}
