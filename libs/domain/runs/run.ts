import type { JobId, ProjectId, RunId } from '#kernel';
import type { RunState } from './run-states.js';

/** A step of the agent's workflow. */
export interface RunStep {
  readonly id: string;
  readonly state: string;
  /** Milliseconds. */
  readonly ms?: number | undefined;
}

/** A failure as it is told: what {@link Failure} has, without its stack. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export const ATTEMPT_STATES = [
  'running',
  'succeeded',
  'incomplete',
  'failed',
  'cancelled',
  'skipped',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** One try at one action of the job. */
export interface Attempt {
  /** Place of the action in the job, from 0. */
  readonly action: number;
  /** What it does: `backup`, `exec` … */
  readonly does: string;
  /** From 1; an action that was passed over has one attempt, number 0, `skipped`. */
  readonly attempt: number;
  readonly state: AttemptState;
  readonly startedAt: Date;
  readonly endedAt?: Date | undefined;
  /** Of the agent's process. */
  readonly exitCode?: number | undefined;
  readonly steps: readonly RunStep[];
  readonly failure?: RunFailure | undefined;
  /** Facts of the agent's summary, such as `level`, `files`, `storedBytes`. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

export interface RunProgress {
  readonly action: number;
  readonly attempt: number;
  readonly step?: string | undefined;
  readonly bytes: number;
  readonly totalBytes?: number | undefined;
  readonly files?: number | undefined;
}

/** One execution of a job, at one occurrence of its schedule. */
export interface Run {
  readonly id: RunId;
  readonly project: ProjectId;
  readonly jobId: JobId;
  readonly clientId: string;
  /** Unique for its job. */
  readonly occurrence: string;
  readonly dueAt: Date;
  readonly jobRevision: number;
  readonly state: RunState;
  /** Rises each time somebody else takes the run; who comes with an older number is refused. */
  readonly fence: number;
  /** Who has it: a scheduler's own mark, new for each of its state directories. */
  readonly holder: string;
  /** Chosen by who claims, so that a claim can be sent again. */
  readonly claimId: string;
  readonly leaseUntil: Date;
  readonly claimedAt: Date;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  readonly heartbeatAt?: Date | undefined;
  readonly attempts: readonly Attempt[];
  readonly progress?: RunProgress | undefined;
  readonly cancelRequestedAt?: Date | undefined;
  /** Name of the user. */
  readonly cancelRequestedBy?: string | undefined;
  /** Of the last agent, or that of the first failure. */
  readonly exitCode?: number | undefined;
  readonly failure?: RunFailure | undefined;
  /** Bytes of content that its backups read, and that they stored. */
  readonly bytesRead: number;
  readonly bytesStored: number;
  /** It was given up once, and its holder came back. */
  readonly wasLost: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
