import { assertNever } from '#kernel';
import type { Activation } from '../jobs/job.js';
import type { Calendar } from './calendar.js';
import type { TimeZone } from './time-zone.js';
import type { Timing } from './trigger.js';

/** A date that has passed still fires when the job was started at most so long after it: Freezer's misfire grace. */
export const MISFIRE_GRACE_MS = 3_600_000;

/** No calendar goes further. */
const LAST = Date.UTC(9999, 11, 31);

/** The moments, in ms, at which an activation of a job is due. */
export interface Series {
  /** The first one after `instant`. */
  after(instant: number): number | undefined;
  /** The last one not after `instant`. */
  upTo(instant: number): number | undefined;
  /** Names the occurrence that is due then. */
  key(dueAt: number): string;
}

export function seriesOf(timing: Timing, activation: Activation): Series {
  const { trigger, start = -Infinity, end = Infinity } = timing;
  const activated = activation.at.getTime();
  const from = Math.max(activated, start);
  switch (trigger.kind) {
    case 'once':
      return single(from <= end ? from : undefined, `once:${activation.count}`);
    case 'date': {
      const { at } = trigger;
      const fires = at >= start && at <= end && at >= activated - MISFIRE_GRACE_MS;
      return single(fires ? Math.max(at, activated) : undefined, new Date(at).toISOString());
    }
    case 'interval': {
      const { everyMs } = trigger;
      // Only a start that was given and not passed is a fire itself; else one interval goes by first.
      const anchor = start === -Infinity ? activated : start;
      const first =
        start >= activated ? start : anchor + (Math.floor((activated - anchor) / everyMs) + 1) * everyMs;
      return within(first, end, multiples(first, everyMs));
    }
    case 'calendar':
      return within(from, Math.min(end, LAST), readings(trigger.calendar, trigger.zone));
    default:
      return assertNever(trigger);
  }
}

type Moments = Pick<Series, 'after' | 'upTo'>;

function within(first: number, last: number, moments: Moments): Series {
  const inside = (moment: number | undefined) =>
    moment !== undefined && moment >= first && moment <= last ? moment : undefined;
  return {
    after: (instant) => (instant < last ? inside(moments.after(Math.max(instant, first - 1))) : undefined),
    upTo: (instant) => (instant < first ? undefined : inside(moments.upTo(Math.min(instant, last)))),
    key: (dueAt) => new Date(dueAt).toISOString(),
  };
}

function single(moment: number | undefined, key: string): Series {
  return {
    after: (instant) => (moment !== undefined && moment > instant ? moment : undefined),
    upTo: (instant) => (moment !== undefined && moment <= instant ? moment : undefined),
    key: () => key,
  };
}

function multiples(anchor: number, everyMs: number): Moments {
  const upTo = (instant: number) => anchor + Math.floor((instant - anchor) / everyMs) * everyMs;
  return { after: (instant) => upTo(instant) + everyMs, upTo };
}

function readings(calendar: Calendar, zone: TimeZone): Moments {
  const wallAt = (instant: number) => zone.wallAt(Math.floor(instant / 1000) * 1000);
  const instantOf = (wall: number | undefined) => (wall === undefined ? undefined : zone.instantOf(wall));
  return {
    after: (instant) => instantOf(calendar.from(wallAt(instant) + 1000)),
    upTo: (instant) => instantOf(calendar.upTo(wallAt(instant))),
  };
}
