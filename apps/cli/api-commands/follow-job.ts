import { isLive } from '#domain';
import { Failure, systemClock } from '#kernel';
import type { JobView, RunView } from '#node-protocol';
import { shortTime } from '../output/moments.js';
import type { ApiCommandContext } from './api-command.js';
import { followRun } from './follow-run.js';

/** Which run of a job: one of the activation that has just begun, or the one that goes on or comes next. */
export type WhichRun = 'this activation' | 'active or next';

const ASK_EVERY_MS = 500;
const LOOKED_AT = 50;

/**
 * Waits for a run of a job, and follows it to its end. A job that has nothing to come ends the wait: with its last run, or
 * with `run.missing`.
 */
export async function followJob(context: ApiCommandContext, job: JobView, which: WhichRun): Promise<void> {
  const { api, cli, config } = context;
  const isWanted = which === 'this activation' ? ofActivation(job) : undefined;
  let before: number | undefined;
  for (let told = false; ; told = true) {
    // Asked before its runs: a job that is over has its last run by then.
    const now = await api.jobs.get(job.id, cli.signal);
    const { items } = await api.runs.list({ jobId: job.id, limit: LOOKED_AT }, cli.signal);
    before ??= madeAt(items[0]);
    const since = before;
    const found = items.findLast(isWanted ?? ((run) => isActive(run) || madeAt(run) > since));
    if (found) return followRun(context, found.id);
    if (!isLive(now)) return followLast(context, now, isWanted ? undefined : items[0]);
    if (!told && !config.json) cli.note(waitingFor(now));
    await systemClock.sleep(ASK_EVERY_MS, cli.signal);
  }
}

function ofActivation({ activation }: JobView): (run: RunView) => boolean {
  const since = Date.parse(activation.at);
  return (run) => run.occurrence === `once:${activation.count}` || madeAt(run) >= since;
}

function followLast(context: ApiCommandContext, job: JobView, last: RunView | undefined): Promise<void> {
  if (last) return followRun(context, last.id);
  const words = `job ${job.id} ${hasNothing(job)}, and has made no run`;
  throw new Failure('run.missing', words, { job: job.id });
}

function hasNothing({ event, status }: JobView): string {
  return event === undefined ? `is ${status}` : `is to ${event}`;
}

function waitingFor({ id, clientId, nextAt }: JobView): string {
  const when = nextAt === undefined ? '' : `, due ${shortTime(nextAt)}`;
  return `waiting for a run of job ${id} on ${clientId}${when}`;
}

function isActive({ state }: RunView): boolean {
  return state === 'claimed' || state === 'running';
}

function madeAt(run: RunView | undefined): number {
  return run ? Date.parse(run.createdAt) : -Infinity;
}
