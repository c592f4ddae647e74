import { assertNever } from '#kernel';
import { RUN_RESULTS } from '../runs/run-states.js';
import type { RunState } from '../runs/run-states.js';
import type { Job, JobEvent, JobStatus } from './job.js';

export type EventReply =
  'success' | 'start already requested' | 'stop already requested' | 'abort already requested';

/** Whether a scheduler has anything to do with the job: its occurrences count. */
export function isLive(job: Pick<Job, 'status' | 'event'>): boolean {
  if (job.event === 'stop' || job.event === 'abort') return false;
  return job.event === 'start' || ['new', 'scheduled', 'running'].includes(job.status);
}

/** The job after a person asked for `event`. A start begins a new activation: what runs once runs once more. */
export function requestEvent(job: Job, event: JobEvent, now: Date): { job: Job; reply: EventReply } {
  if (job.event === event) return { job, reply: `${event} already requested` };
  switch (event) {
    case 'start': {
      const activation = { count: job.activation.count + 1, at: now };
      return {
        job: { ...job, event, status: 'new', result: undefined, activation, updatedAt: now },
        reply: 'success',
      };
    }
    case 'stop':
      return { job: { ...job, event, updatedAt: now }, reply: 'success' };
    case 'abort': {
      const status = job.status === 'running' ? 'aborting' : job.status;
      return { job: { ...job, event, status, updatedAt: now }, reply: 'success' };
    }
    default:
      return assertNever(event);
  }
}

/**
 * The job after its scheduler took note of `event`. An acknowledgement of an older activation, or of an event that was
 * overtaken by another one, changes nothing.
 */
export function acknowledgeEvent(
  job: Job,
  taken: { readonly event: JobEvent | undefined; readonly activation: number; readonly running: boolean },
  now: Date,
): Job {
  if (taken.activation !== job.activation.count || taken.event !== job.event) return job;
  const status = acknowledgedStatus(job.status, taken.event, taken.running);
  return { ...job, event: undefined, status, updatedAt: now };
}

function acknowledgedStatus(status: JobStatus, event: JobEvent | undefined, running: boolean): JobStatus {
  switch (event) {
    case 'stop':
      // What runs goes on to its end, and nothing comes after it.
      return 'stopped';
    case 'abort':
      return running ? 'aborting' : 'stopped';
    case 'start':
    case undefined:
      return running ? 'running' : status === 'new' ? 'scheduled' : status;
    default:
      return assertNever(event);
  }
}

/** The job when a run of it has begun. */
export function jobRuns(job: Job, now: Date): Job {
  const status = job.status === 'aborting' ? 'aborting' : 'running';
  return { ...job, status, result: undefined, startedAt: now, endedAt: undefined, updatedAt: now };
}

/** The job when a run of it that was given up lives after all. What was stopped or started meanwhile stays so. */
export function jobRunsOn(job: Job, now: Date): Job {
  if (job.status !== 'scheduled' && job.status !== 'completed') return job;
  return { ...job, status: 'running', result: undefined, endedAt: undefined, updatedAt: now };
}

/** The job when a run of it has ended; `more` tells whether its schedule has anything to come. */
export function jobAfterRun(job: Job, state: RunState, more: boolean, now: Date): Job {
  const result = RUN_RESULTS[state] ?? job.result;
  return { ...job, status: statusAfterRun(job, more), result, endedAt: now, updatedAt: now };
}

function statusAfterRun(job: Job, more: boolean): JobStatus {
  // Started anew while the run was ending: that activation is still to come.
  if (job.status === 'new' || job.status === 'stopped') return job.status;
  if (job.status === 'aborting') return 'stopped';
  return more ? 'scheduled' : 'completed';
}
