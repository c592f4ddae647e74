import { Failure } from '#kernel';
import { timingOf } from '../schedule/trigger.js';
import { isLive } from './job-life.js';
import type { Job } from './job.js';

interface Wanted {
  readonly occurrence: string;
  readonly dueAt: Date;
}

/**
 * Rejects an occurrence that the job does not have: with `input.invalid` when no job could, with `run.transition-invalid`
 * when the job is stopped or over, or was started or scheduled anew since. Which revision the scheduler has seen does not
 * matter: it is told the newest.
 */
export function checkOccurrence(job: Job, wanted: Wanted): void {
  const once = /^once:([1-9]\d*)$/.exec(wanted.occurrence);
  const moment = new Date(wanted.occurrence);
  const isMoment = !Number.isNaN(moment.getTime()) && moment.toISOString() === wanted.occurrence;
  if (!once && !isMoment)
    throw invalid(wanted, 'must be "once:" and a count, or a moment in UTC with milliseconds');

  if (!isLive(job)) throw over(job, wanted, `is ${job.event ? `asked to ${job.event}` : job.status}`);
  const { kind } = timingOf(job.schedule).trigger;
  if (kind === 'once') {
    if (Number(once?.[1]) !== job.activation.count)
      throw over(job, wanted, `waits for once:${job.activation.count}`);
    return;
  }
  if (once) throw over(job, wanted, 'has another schedule now');
  // A date that has just passed when the job is started is due at once, under its own name.
  const fits = kind === 'date' ? wanted.dueAt >= moment : wanted.dueAt.getTime() === moment.getTime();
  if (!fits) throw invalid(wanted, `does not belong to ${wanted.dueAt.toISOString()}`);
  if (wanted.dueAt < job.activation.at) {
    throw over(job, wanted, `was scheduled anew at ${job.activation.at.toISOString()}`);
  }
}

function invalid({ occurrence }: Wanted, message: string): Failure {
  const problems = [{ path: 'occurrence', message }];
  return new Failure('input.invalid', `occurrence "${occurrence}" ${message}`, { problems });
}

function over(job: Job, { occurrence }: Wanted, why: string): Failure {
  return new Failure(
    'run.transition-invalid',
    `occurrence ${occurrence} is not to be run: job ${job.id} ${why}`,
    {
      job: job.id,
      occurrence,
      status: job.status,
    },
  );
}
