import { Failure, type Clock, type Logger } from '#kernel';
import {
  defaults,
  type DutyHandlers,
  type DutyPayload,
  type QueueWorker,
  type WorkOptions,
} from '../queue.js';
import { safely, type FailureListener } from '../safely.js';
import type { Errand } from './errand.js';

export type Outcome = 'done' | 'again' | 'given-up' | 'called-off';

export class MemoryWorker implements QueueWorker {
  readonly #handlers: DutyHandlers;
  readonly #options: WorkOptions;
  readonly #clock: Clock;
  readonly #tell: FailureListener;
  readonly #calledOff = new AbortController();
  readonly #running = new Map<string, Set<Promise<Outcome>>>();
  #closed: Promise<void> | undefined;

  constructor(handlers: DutyHandlers, options: WorkOptions, clock: Clock, logger: Logger) {
    this.#handlers = handlers;
    this.#options = options;
    this.#clock = clock;
    this.#tell = safely(options.failed, logger);
  }

  /** Duties it does now. */
  get busy(): number {
    return [...this.#running.values()].reduce((total, running) => total + running.size, 0);
  }

  isFreeFor(duty: string): boolean {
    const running = this.#running.get(duty)?.size ?? 0;
    return !this.#closed && running < (this.#options.concurrency ?? defaults.concurrency);
  }

  async does(duty: string, errand: Errand): Promise<Outcome> {
    const running = this.#running.get(duty) ?? new Set();
    this.#running.set(duty, running);
    // Counted before the handler begins, which may ask for more of the same.
    const outcome = Promise.resolve().then(() => this.#outcomeOf(duty, errand));
    running.add(outcome);
    try {
      return await outcome;
    } finally {
      running.delete(outcome);
    }
  }

  close(graceMs: number = defaults.graceMs): Promise<void> {
    return (this.#closed ??= this.#close(graceMs));
  }

  async #close(graceMs: number): Promise<void> {
    const ended = new AbortController();
    const running = [...this.#running.values()].flatMap((outcomes) => [...outcomes]);
    const closed = Promise.all(running).finally(() => ended.abort());
    const outOfPatience = this.#clock.sleep(graceMs, ended.signal).then(
      () => this.#calledOff.abort(new Failure('run.cancelled', 'the worker of the queue closes')),
      () => undefined,
    );
    await Promise.all([closed, outOfPatience]);
  }

  async #outcomeOf(duty: string, errand: Errand): Promise<Outcome> {
    try {
      await this.#handlers[duty]?.(JSON.parse(errand.payload) as DutyPayload, this.#calledOff.signal);
      return 'done';
    } catch (error) {
      if (this.#calledOff.signal.aborted) return 'called-off';
      errand.failures += 1;
      const givenUp = errand.failures >= errand.attempts;
      this.#tell(duty, error, givenUp);
      return givenUp ? 'given-up' : 'again';
    }
  }
}
