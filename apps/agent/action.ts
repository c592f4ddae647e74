import type { AgentAction, AgentConfig } from '#config';
import type { Failure, Logger } from '#kernel';
import type { Reporter, Summary } from './output/reporter.js';

/** What an action works with. */
export interface ActionContext<Action extends AgentAction> {
  readonly config: AgentConfig<Action>;
  readonly reporter: Reporter;
  readonly logger: Logger;
  /** Aborted when somebody wants the action to end. */
  readonly signal: AbortSignal;
  /** Words behind the action that are not options: a path, the verb of `key`. */
  readonly words: readonly string[];
  /** Somebody watches the progress: what only serves to show it is worth its time. */
  readonly watched: boolean;
  /** Where data goes that was asked for: `cat`, `--metadata-out -`. Resolves when more can be taken. */
  readonly data: (bytes: Uint8Array) => Promise<void>;
}

/** How an action ended: the last line of JSON, and what people read. */
export interface ActionResult {
  readonly summary: Summary;
  readonly lines: readonly string[];
  /** Told before the summary: the action did something, but not all of it. */
  readonly failure?: Failure | undefined;
}

export type ActionRunner<Action extends AgentAction> = (
  context: ActionContext<Action>,
) => Promise<ActionResult>;
