import {
  isLive,
  latestDue,
  MISFIRE_GRACE_MS,
  nextOccurrence,
  type Activation,
  type Occurrence,
  type Schedule,
} from '#domain';
import type { JobView } from '#node-protocol';

/** A job as this scheduler knows it. */
export interface KnownJob {
  readonly view: JobView;
  /** With the time zone of the client where it names none. */
  readonly schedule: Schedule;
  readonly activation: Activation;
  /** When this process first heard of the job. */
  readonly seenAt: Date;
  /** The newest of its occurrences that was dealt with. */
  readonly doneAt: Date | undefined;
}

export interface DueJob {
  readonly job: KnownJob;
  readonly occurrence: Occurrence;
  /** Earlier occurrences that it stands for. */
  readonly skipped: number;
  /** It came due before this scheduler watched, and too long ago to be made up for. */
  readonly missed: boolean;
}

/**
 * What is to be run now, the longest due first. Of several occurrences of a job only the newest is: it stands for the
 * others. What came due while the scheduler was not there is made up for during {@link MISFIRE_GRACE_MS}, what waited
 * for a slot, an earlier run or the API always; a job without trigger, too.
 */
export function dueJobs(jobs: Iterable<KnownJob>, now: Date): readonly DueJob[] {
  const due: DueJob[] = [];
  for (const job of jobs) {
    if (!isLive(job.view)) continue;
    const found = latestDue(job.schedule, job.activation, sinceWhen(job), atLeast(now, job.activation.at));
    if (!found) continue;
    const { occurrence, skipped } = found;
    const watchedFrom = job.seenAt.getTime() - MISFIRE_GRACE_MS;
    const missed = occurrence.dueAt.getTime() < watchedFrom && !occurrence.key.startsWith('once:');
    due.push({ job, occurrence, skipped, missed });
  }
  return due.sort((a, b) => a.occurrence.dueAt.getTime() - b.occurrence.dueAt.getTime());
}

/** The next moment at which one of the jobs comes due. */
export function nextDueAt(jobs: Iterable<KnownJob>, now: Date): Date | undefined {
  let next: Date | undefined;
  for (const job of jobs) {
    if (!isLive(job.view)) continue;
    const dueAt = nextOccurrence(job.schedule, job.activation, atLeast(now, sinceWhen(job)))?.dueAt;
    if (dueAt && (!next || dueAt < next)) next = dueAt;
  }
  return next;
}

/** Whether its schedule has anything to come after the occurrence that was due then. */
export function hasMore(job: Pick<KnownJob, 'schedule' | 'activation'>, dueAt: Date, now: Date): boolean {
  return nextOccurrence(job.schedule, job.activation, atLeast(now, dueAt)) !== undefined;
}

/** What has no trigger is due at the very moment of its activation, so the time begins before it. */
function sinceWhen({ activation, doneAt }: KnownJob): Date {
  return atLeast(new Date(activation.at.getTime() - 1), doneAt);
}

// Of two moments the later: the clock of the API, which activates, may be ahead of ours.
function atLeast(moment: Date, other: Date | undefined): Date {
  return other && other > moment ? other : moment;
}
