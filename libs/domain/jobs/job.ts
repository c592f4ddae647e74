import type { ActionId, JobId, ProjectId, SessionId, UserId } from '#kernel';
import type { Schedule } from '../schedule/schedule.js';

/** How often a job was started, by its creation or by a person, and when that was last. */
export interface Activation {
  readonly count: number;
  readonly at: Date;
}

export const JOB_EVENTS = ['start', 'stop', 'abort'] as const;
/** What a person wants of a job; gone once its scheduler has taken note. */
export type JobEvent = (typeof JOB_EVENTS)[number];

export const JOB_STATUSES = ['new', 'scheduled', 'running', 'stopped', 'aborting', 'completed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const JOB_RESULTS = ['success', 'fail', 'aborted'] as const;
/** How its last run ended. */
export type JobResult = (typeof JOB_RESULTS)[number];

/** Where a job is written down: only in the API, or in a file of its client, which then has the say. */
export type JobOrigin =
  { readonly kind: 'api' } | { readonly kind: 'file'; readonly file: string; readonly digest: string };

/** A stored wish: actions for a client, and when. */
export interface Job {
  readonly id: JobId;
  readonly project: ProjectId;
  readonly userId: UserId;
  readonly clientId: string;
  readonly description: string;
  /** In the order in which they are done. */
  readonly actions: readonly ActionId[];
  readonly schedule: Schedule;
  readonly origin: JobOrigin;
  readonly activation: Activation;
  readonly event?: JobEvent | undefined;
  readonly status: JobStatus;
  readonly result?: JobResult | undefined;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly sessionTag: number;
  /** Rises whenever what is to be done, or when, changes. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
