import type { Action, ActionSettings, Capabilities, Job } from '#domain';
import { hexId, type Clock, type Id, type Logger, type Problem } from '#kernel';
import type { Metadata } from '#metadata';
import type { Queue } from '#queue';

/** What the use cases need of the world. */
export interface ControlParts {
  readonly metadata: Metadata;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: (bytes: number) => Uint8Array;
  /** How long a run lives without heartbeats. */
  readonly leaseMs: number;
  /** All problems of an action's settings, against the agent's option table and storage kinds; paths are relative to them. */
  readonly settingsProblems: (settings: ActionSettings) => readonly Problem[];
  /** Everything this version's agent can do; what a client has that says nothing. */
  readonly allCapabilities: Capabilities;
}

export interface JobWithActions {
  readonly job: Job;
  /** In the order in which they are done. */
  readonly actions: readonly Action[];
  /** IANA name of the zone of its client, else UTC. */
  readonly timezone: string;
}

/** The part of a list that is asked for; all of it when nothing is said. */
export interface ListOptions {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

/** A random id. */
export function newId<Kind extends string>(parts: Pick<ControlParts, 'random'>): Id<Kind> {
  return hexId<Kind>(parts.random(16));
}
