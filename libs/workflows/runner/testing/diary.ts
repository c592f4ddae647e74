import { Failure, silentLogger } from '#kernel';
import { FakeClock } from '#kernel/testing';
import {
  defineStep,
  runWorkflow,
  stepKinds,
  type RunOptions,
  type Slot,
  type StepContext,
  type StepKind,
  type StepSpec,
  type WorkflowResult,
} from '#workflows';

type Act = (context: StepContext) => unknown;

/** What a step of a diary does besides writing its name into it. */
export interface DiaryStep {
  readonly reads?: readonly Slot<unknown>[];
  readonly optional?: readonly Slot<unknown>[];
  readonly writes?: readonly Slot<unknown>[];
  readonly run?: Act;
  /** `true`: succeeds. */
  readonly undo?: Act | true;
  readonly release?: Act | true;
}

/** Steps that work and write down what they do: `copy`, `copy failed`, `undo copy`, `release copy`. */
export class Diary {
  readonly lines: string[] = [];
  readonly clock = new FakeClock();
  readonly #kinds: StepKind[] = [];
  readonly #specs: StepSpec[] = [];

  /** Adds a kind and a step that uses it. */
  step(id: string, step: DiaryStep = {}, spec: Partial<StepSpec> = {}): this {
    const { undo, release } = step;
    const kind = defineStep({
      name: `kind-${id}`,
      summary: `writes ${id} into the diary`,
      reads: step.reads,
      optional: step.optional,
      writes: step.writes,
      run: (context) => this.#run(id, step.run, context),
      ...(undo && {
        undo: (name: string, context: StepContext) => this.#back(`undo ${name}`, undo, context),
      }),
      ...(release && {
        release: (name: string, context: StepContext) => this.#back(`release ${name}`, release, context),
      }),
    });
    this.#kinds.push(kind);
    this.#specs.push({ id, uses: kind.name, ...spec });
    return this;
  }

  async walk(options: Partial<RunOptions> = {}): Promise<WorkflowResult> {
    return runWorkflow({ name: 'diary', steps: this.#specs }, stepKinds(this.#kinds), {
      signal: new AbortController().signal,
      clock: this.clock,
      log: silentLogger,
      ...options,
    });
  }

  async #run(id: string, act: Act | undefined, context: StepContext): Promise<string> {
    try {
      await act?.(context);
      this.lines.push(id);
      return id;
    } catch (error) {
      this.lines.push(`${id} failed`);
      throw error;
    }
  }

  async #back(line: string, act: Act | true, context: StepContext): Promise<void> {
    this.lines.push(line);
    if (act !== true) await act(context);
  }
}

/** Rejects when the signal is aborted, and never resolves. */
export function untilAborted({ signal }: StepContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Fails in a way that may pass by itself. */
export function passing(): never {
  throw new Failure('storage.unavailable', 'no answer');
}

/** Fails in a way that trying again cannot mend. */
export function lasting(): never {
  throw new Failure('storage.access-denied', 'no right');
}
