import type { JobState } from '#control';
import { JOB_EVENTS, type Job, type JobEvent, type JobStatus } from '#domain';
import { parse, z } from '#kernel';
import { epoch, momentOf } from './epoch.js';

/** Freezer's word for each status. What is new has none. */
const WORDS: Readonly<Record<JobStatus, string>> = {
  new: '',
  scheduled: 'scheduled',
  running: 'running',
  stopped: 'stop',
  aborting: 'aborting',
  completed: 'completed',
};
const STATUSES: Readonly<Record<string, JobStatus>> = {
  scheduled: 'scheduled',
  running: 'running',
  stop: 'stopped',
  aborting: 'aborting',
  completed: 'completed',
  removed: 'stopped',
};

const seconds = z.int().nullish();
/** The part of a `job_schedule` that tells how far a job has come, with the words that Freezer takes. */
const stateDocument = z.looseObject({
  job_schedule: z
    .looseObject({
      status: z.enum(['', 'completed', 'stop', 'scheduled', 'running', 'aborting', 'removed']).nullish(),
      event: z.enum(['', 'stop', 'start', 'abort', 'remove']).nullish(),
      result: z.enum(['', 'success', 'fail', 'aborted']).nullish(),
      ...{ time_created: seconds, time_started: seconds, time_ended: seconds, current_pid: seconds },
    })
    .nullish(),
});

/** What a `job_schedule` says besides when the job runs. */
export interface StateReport {
  readonly status: JobStatus | undefined;
  /** `''`: whoever reports has taken note of the event that there was. */
  readonly event: JobEvent | '' | undefined;
  readonly result: JobState['result'];
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
}

/** Rejects with `input.invalid`. */
export function stateReportOf(document: unknown): StateReport {
  const { job_schedule: given } = parse(stateDocument, document, 'job document');
  return {
    status: STATUSES[given?.status ?? ''],
    event: given?.event === '' ? '' : JOB_EVENTS.find((each) => each === given?.event),
    result: given?.result ?? undefined,
    startedAt: momentOf(given?.time_started),
    endedAt: momentOf(given?.time_ended),
  };
}

/** What is to be stored of a report; `undefined` when it tells no state. An event that is wished goes another way. */
export function jobStateOf(report: StateReport, job: Job): JobState | undefined {
  const { event, ...told } = report;
  if (told.status === undefined) return undefined;
  // Whoever still runs it has been told to abort it.
  const status = job.status === 'aborting' && told.status === 'running' ? job.status : told.status;
  return { ...told, status, event: isTaken(job.event, status, event) ? '' : undefined };
}

/**
 * Whether a report tells that the job's event was taken note of. A scheduler that says "running" may not have heard yet of
 * a stop or an abort; when it has, it says that the job has stopped or is completed, whatever it writes as its event.
 */
function isTaken(event: JobEvent | undefined, status: JobStatus, told: StateReport['event']): boolean {
  if (event === 'start') return told === '';
  return event !== undefined && (status === 'stopped' || status === 'completed');
}

/** How far a job has come, as the part of its `job_schedule`. */
export function freezerStateOf(job: Job): Readonly<Record<string, string | number>> {
  return {
    time_created: epoch(job.createdAt),
    time_started: epoch(job.startedAt),
    time_ended: job.status === 'running' ? epoch(undefined) : epoch(job.endedAt),
    status: WORDS[job.status],
    event: job.event ?? '',
    result: job.result ?? '',
  };
}
