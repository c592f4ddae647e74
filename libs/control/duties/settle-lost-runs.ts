import { giveUp } from '#domain';
import { asFailure, type RunId } from '#kernel';
import type { ControlParts } from '../parts.js';
import { afterRun, lockedRun } from '../runs/job-of-run.js';

const PAGE = 100;

/** Gives up every run whose lease has ended, each by itself, and says so in the log. Tells how many. */
export async function settleLostRuns(
  parts: Pick<ControlParts, 'metadata' | 'clock' | 'logger'>,
  signal?: AbortSignal,
): Promise<number> {
  let lost = 0;
  let failed = 0;
  for (;;) {
    const ids = await overdue(parts, failed);
    if (ids.length === 0) return lost;
    for (const id of ids) {
      signal?.throwIfAborted();
      try {
        if (await settleLost(parts, id)) lost += 1;
      } catch (error) {
        // One that cannot be settled does not hold up the others; the next turn of the duty tries again.
        failed += 1;
        const { code, message } = asFailure(error);
        parts.logger.error('lost run not settled', { run: id, code, message });
      }
    }
  }
}

async function overdue(
  { metadata, clock }: Pick<ControlParts, 'metadata' | 'clock'>,
  offset: number,
): Promise<readonly RunId[]> {
  const where = { states: ['claimed', 'running'], leaseBefore: clock.now() } as const;
  const { rows } = await metadata.transaction(({ runs }) => runs.list({ where, offset, limit: PAGE }));
  return rows.map((run) => run.id);
}

async function settleLost(
  { metadata, clock, logger }: Pick<ControlParts, 'metadata' | 'clock' | 'logger'>,
  id: RunId,
): Promise<boolean> {
  const run = await metadata.transaction(async (stores) => {
    const now = clock.now();
    const { run: before, job } = await lockedRun(stores, id);
    const after = giveUp(before, now);
    if (after === before) return undefined;
    await stores.runs.update(after);
    await afterRun(stores, job, after, undefined, now);
    return after;
  });
  if (!run) return false;
  const { jobId, clientId, occurrence, fence } = run;
  logger.warn('run lost', { run: id, job: jobId, client: clientId, occurrence, fence });
  return true;
}
