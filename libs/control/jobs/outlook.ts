import { isOneShot, latestDue, MISFIRE_GRACE_MS, nextOccurrence, type Job, type Occurrence } from '#domain';
import type { Stores } from '#metadata';

/** Whether the schedule of a job has anything to come: an occurrence ahead, or one just due that has no run yet. */
export async function hasMore(stores: Stores, job: Job, timezone: string, now: Date): Promise<boolean> {
  const schedule = { ...job.schedule, timezone: job.schedule.timezone ?? timezone };
  const next = nextOccurrence(schedule, job.activation, now);
  if (next && !(await hasRun(stores, job, next))) return true;

  const before = new Date(job.activation.at.getTime() - 1);
  const due = latestDue(schedule, job.activation, before, now)?.occurrence;
  if (!due) return false;
  // What runs once waits for its client however long that is away; nothing else is made up for later.
  const stale = !isOneShot(schedule) && due.dueAt.getTime() < now.getTime() - MISFIRE_GRACE_MS;
  return !stale && !(await hasRun(stores, job, due));
}

async function hasRun(stores: Stores, job: Job, { key }: Occurrence): Promise<boolean> {
  const { total } = await stores.runs.list({ where: { jobId: job.id, occurrence: key }, limit: 1 });
  return total > 0;
}
