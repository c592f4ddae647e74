import type { ActionSettings } from '#domain';
import type { ProcessIdentity } from '#host';
import type { DeliveredStorage } from '#node-protocol';
import type { AgentTrace } from './agent-trace.js';

/** One attempt at one action. */
export interface AgentOrder {
  /** That of the run; it is there. */
  readonly directory: string;
  /** Names the files of the attempt in it: `0-1` is the first attempt at the first action. */
  readonly name: string;
  readonly settings: ActionSettings;
  /** What the API knows by the names that the settings say. Holds secrets: in memory alone. */
  readonly storages?: readonly DeliveredStorage[];
}

/** An agent at work, or one whose end is known. */
export interface Agent {
  readonly identity: ProcessIdentity | undefined;
  /** What it has told up to now. */
  look(): Promise<AgentTrace>;
  /** Resolves when its process has ended and all it said is read. */
  readonly ended: Promise<AgentEnd>;
  /** Ends it with all it has started: asks, and after `graceMs` kills. */
  stop(graceMs: number): Promise<void>;
}

export interface AgentEnd {
  readonly trace: AgentTrace;
  /** Of the process; not known of one that another scheduler has started. */
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** The last of what it said besides. */
  readonly errors: string;
  /** What `--metadata-out` wrote. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export interface Agents {
  /** Starts an agent. It goes on when the scheduler ends. */
  start(order: AgentOrder): Promise<Agent>;
  /**
   * The agent of an attempt that was begun by a scheduler which is no more, at work or ended; `undefined` when it was
   * never started. `identity` is missing when that scheduler had no time to write it down.
   */
  find(order: AgentOrder, identity: ProcessIdentity | undefined): Promise<Agent | undefined>;
}
