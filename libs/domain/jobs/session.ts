import type { JobId, ProjectId, SessionId, UserId } from '#kernel';
import type { Schedule } from '../schedule/schedule.js';
import type { JobResult } from './job.js';

/** What a session knows of one of its jobs. */
export interface SessionJob {
  readonly clientId: string;
  readonly status: string;
  readonly result: JobResult | '';
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

/** Jobs on several clients that run together under one tag. */
export interface Session {
  readonly id: SessionId;
  readonly project: ProjectId;
  readonly userId: UserId;
  readonly description: string;
  readonly schedule: Schedule;
  readonly jobs: Readonly<Record<JobId, SessionJob>>;
  /** Rises with every start of the session. */
  readonly tag: number;
  /** Seconds during which jobs may join a start. */
  readonly holdOff: number;
  /** `active`, `running` or `completed`. */
  readonly status: string;
  readonly result: JobResult | '';
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
