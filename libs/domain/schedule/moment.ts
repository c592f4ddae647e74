import type { Complain } from './schedule.js';
import type { TimeZone } from './time-zone.js';

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

/** The instant, in ms, of `2026-11-21T02:00:00`, with or without fraction, `Z` or an offset. Cut to whole ms. */
export function readMoment(text: string, zone: TimeZone, complain: Complain): number | undefined {
  const match = MOMENT.exec(text);
  if (!match) {
    complain(
      `"${text}" is no date and time such as "2026-11-21T02:00:00", "…T02:00:00Z" or "…T02:00:00+01:00"`,
    );
    return undefined;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const faults = [
    year < 1970 && 'its year is before 1970',
    (month < 1 || month > 12) && 'its month is not 01 to 12',
    month >= 1 && month <= 12 && (day < 1 || day > days) && `that month has the days 01 to ${days}`,
    hour > 23 && 'its hour is not 00 to 23',
    minute > 59 && 'its minute is not 00 to 59',
    second > 59 && 'its second is not 00 to 59',
  ].filter((fault) => fault !== false);
  if (faults.length > 0) {
    complain(`"${text}" does not exist: ${faults.join(', ')}`);
    return undefined;
  }
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const ms = Number((match[7] ?? '').slice(1, 4).padEnd(3, '0'));
  return ms + (match[8] === undefined ? zone.instantOf(wall) : wall - offsetOf(match[8]));
}

function offsetOf(text: string): number {
  if (text === 'Z') return 0;
  const [hours = 0, minutes = 0] = text.slice(1).split(':').map(Number);
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
