import { asFailure, Failure } from '#kernel';
import { perform, type Stage, type Step } from './act.js';
import type { Hold } from './step-kind.js';
import type { GivingBack } from './workflow-event.js';

interface Held {
  readonly step: Step;
  readonly hold: Hold;
}

/**
 * Everything that the steps of a walk hold, newest last. A hold leaves the stack before it is given back, so that
 * nothing is given back twice; what fails is noted, and the next one has its turn. Nothing here rejects.
 */
export class Holds {
  readonly #stage: Stage;
  readonly #timeoutMs: number;
  readonly #held: Held[] = [];
  readonly #failures: Failure[] = [];
  readonly #refusals: Promise<void>[] = [];

  constructor(stage: Stage, timeoutMs: number) {
    this.#stage = stage;
    this.#timeoutMs = timeoutMs;
  }

  /** One `workflow.undo-failed` for each act that failed so far. */
  get failures(): readonly Failure[] {
    return this.#failures;
  }

  take(step: Step, hold: Hold): void {
    this.#held.push({ step, hold });
  }

  /** Releases what was to be held only until `endedId` has ended. */
  async releaseDue(endedId: string): Promise<void> {
    for (const held of this.#held.filter(({ step }) => step.spec.releaseAfter === endedId).reverse()) {
      this.#held.splice(this.#held.indexOf(held), 1);
      await this.#giveBack(held, 'release');
    }
  }

  /** Gives back all that is left: undone first when the walk did not succeed, and released in every case. */
  async giveBackAll(succeeded: boolean): Promise<void> {
    for (let held = this.#held.pop(); held; held = this.#held.pop()) {
      if (!succeeded) await this.#giveBack(held, 'undo');
      await this.#giveBack(held, 'release');
    }
    await Promise.all(this.#refusals);
  }

  /** Undoes and releases at once what no walk will count on: the hold of a step that counts as failed. */
  refuse(step: Step, hold: Hold): Promise<void> {
    const refusal = this.#giveBack({ step, hold }, 'undo').then(() =>
      this.#giveBack({ step, hold }, 'release'),
    );
    this.#refusals.push(refusal);
    return refusal;
  }

  async #giveBack({ step, hold }: Held, act: GivingBack): Promise<void> {
    if (hold[act] === undefined) return;
    const { clock, announcer } = this.#stage;
    const of = { step: step.spec.id, uses: step.spec.uses, act };
    const startedAt = clock.now();
    announcer.tell({ kind: 'undo-started', ...of, at: startedAt });
    const cause = await this.#act(step, hold, act);
    const failure = cause && new Failure('workflow.undo-failed', messageOf(step, act, cause), of, cause);
    if (failure) this.#failures.push(failure);
    const at = clock.now();
    announcer.tell({ kind: 'undo-ended', ...of, at, ms: at.getTime() - startedAt.getTime(), failure });
  }

  /** No outer signal: the cancellation that made this necessary must not call it off. */
  async #act(step: Step, hold: Hold, act: GivingBack): Promise<Failure | undefined> {
    const title = `${act} of step "${step.spec.id}"`;
    const terms = { title, timeoutMs: this.#timeoutMs, mayWrite: false };
    try {
      const { outcome } = await perform(this.#stage, step, terms, async (context) => hold[act]?.(context));
      return outcome.kind === 'resolved' ? undefined : outcome.failure;
    } catch (error) {
      // The act itself is caught by `perform`; what arrives here comes from the log or the clock.
      return asFailure(error);
    }
  }
}

function messageOf(step: Step, act: GivingBack, cause: Failure): string {
  return `could not ${act} step "${step.spec.id}": ${cause.message}`;
}
