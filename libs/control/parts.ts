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
  /** The kinds of storage, as far as the control plane must know them. */
  readonly storages: StorageKnowledge;
  /** What secrets are sealed with: 32 bytes each, the newest first. They lie outside of the database. */
  readonly sealingKeys: () => Promise<readonly Uint8Array[]>;
  /** Everything this version's agent can do; what a client has that says nothing. */
  readonly allCapabilities: Capabilities;
}

/** What drivers and the agent's option table say of storages. */
export interface StorageKnowledge {
  /** A storage that somebody describes: its kind, its settings without secrets, and all that is wrong with them. */
  examine(wish: EndpointWish): {
    readonly kind: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly problems: readonly Problem[];
  };
  /** What the `storage` and `container` of an action mean: kinds of storage, and names of storages. */
  named(settings: ActionSettings): { readonly kinds: readonly string[]; readonly names: readonly string[] };
}

export interface EndpointWish {
  readonly name: string;
  readonly kind?: string | undefined;
  readonly address?: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names of those that are given. */
  readonly secrets: readonly string[];
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
