import type { ActionId, JobId, ProjectId, UserId } from '#kernel';

/** Options of the agent by name, in any of the spellings it takes; `action` says what to do. Never a secret. */
export type ActionSettings = Readonly<Record<string, unknown>>;

/** One thing that a job does; jobs may share it. */
export interface Action {
  readonly id: ActionId;
  readonly project: ProjectId;
  readonly userId: UserId;
  readonly settings: ActionSettings;
  /** How often it is tried again after it failed. */
  readonly maxRetries: number;
  /** Seconds between two tries. */
  readonly maxRetriesInterval: number;
  /** Whether it is done even if an action before it in its job failed. */
  readonly mandatory: boolean;
  /** The job it was written out in, if it was made so: it goes when no job uses it any more. */
  readonly madeFor?: JobId | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What Freezer's API stores when nothing is said. */
export const RETRY_DEFAULTS = { maxRetries: 5, maxRetriesInterval: 6 } as const;
