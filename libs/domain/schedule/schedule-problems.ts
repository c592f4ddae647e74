import type { Problem } from '#kernel';
import type { Schedule } from './schedule.js';
import { seriesOf } from './series.js';
import { readTiming, type Timing } from './trigger.js';

const DATE_FIELDS = ['year', 'month', 'day', 'week', 'dayOfWeek'] as const;

/** Everything that makes no sense about a schedule; none when it is valid. Paths are its keys. */
export function scheduleProblems(schedule: Schedule): readonly Problem[] {
  const problems: Problem[] = [];
  const timing = readTiming(schedule, problems);
  const contradiction = timing && contradictionOf(schedule, timing);
  if (contradiction) problems.push(contradiction);
  return problems;
}

/** Why a schedule that can be read never fires. */
function contradictionOf(schedule: Schedule, timing: Timing): Problem | undefined {
  const { trigger, start = -Infinity, end = Infinity } = timing;
  if (end < start) return { path: 'endDate', message: 'is before startDate' };
  if (trigger.kind === 'date' && trigger.at < start) return { path: 'date', message: 'is before startDate' };
  if (trigger.kind === 'date' && trigger.at > end) return { path: 'date', message: 'is after endDate' };
  if (trigger.kind !== 'calendar') return undefined;

  if (trigger.calendar.from(0) === undefined) {
    const given = DATE_FIELDS.filter((field) => schedule[field] !== undefined);
    const list = given.map((field) => `${field} "${schedule[field]}"`).join(' and ');
    return { path: given.at(-1) ?? 'day', message: `never fires: there is no date with ${list}` };
  }
  const series = seriesOf(timing, { count: 0, at: new Date(0) });
  if (series.after(-1) !== undefined) return undefined;
  const path = timing.end === undefined ? 'startDate' : 'endDate';
  return { path, message: 'never fires: no time of the calendar fields is between startDate and endDate' };
}
