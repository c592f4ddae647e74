import { hasEnded, type Run } from '#domain';
import type { JobId } from '#kernel';
import type { Stores } from '#metadata';
import type { ControlParts } from '../parts.js';

const PAGE = 500;
/** Runs of a job that are kept however old they are. */
const KEPT_PER_JOB = 1000;
const KEPT_DAYS = 90;

/**
 * Removes runs that have ended, are older than 90 days, and are not among the 1000 newest of their job; the records of
 * their backups stay. Tells how many.
 */
export async function forgetOldRuns(
  parts: Pick<ControlParts, 'metadata' | 'clock' | 'logger'>,
  signal?: AbortSignal,
): Promise<number> {
  const before = new Date(parts.clock.now().getTime() - KEPT_DAYS * 86_400_000);
  let [forgotten, kept] = [0, 0];
  for (;;) {
    signal?.throwIfAborted();
    const page = await parts.metadata.transaction((stores) => forgetPage(stores, before, kept));
    if (page.seen === 0) break;
    forgotten += page.removed;
    kept += page.seen - page.removed;
  }
  if (forgotten > 0) parts.logger.info('old runs forgotten', { runs: forgotten });
  return forgotten;
}

async function forgetPage(
  stores: Stores,
  createdBefore: Date,
  offset: number,
): Promise<{ seen: number; removed: number }> {
  const { rows } = await stores.runs.list({ where: { createdBefore }, offset, limit: PAGE });
  const oldestKept = new Map<JobId, Run | undefined>();
  for (const jobId of new Set(rows.map((run) => run.jobId))) {
    oldestKept.set(jobId, await lastKept(stores, jobId));
  }
  let removed = 0;
  for (const run of rows) {
    const border = oldestKept.get(run.jobId);
    const isNewer = !border || run.createdAt >= border.createdAt;
    if (isNewer || !(hasEnded(run.state) || run.state === 'lost')) continue;
    if (await stores.runs.remove(run.id)) removed += 1;
  }
  return { seen: rows.length, removed };
}

async function lastKept(stores: Stores, jobId: JobId): Promise<Run | undefined> {
  const query = { where: { jobId }, newestFirst: true, offset: KEPT_PER_JOB - 1, limit: 1 };
  return (await stores.runs.list(query)).rows[0];
}
