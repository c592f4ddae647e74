import type { Clock } from '#kernel';
import { defaults, type AddOptions, type DutyPayload, type QueueCounts } from '../queue.js';
import type { Errand } from './errand.js';
import type { MemoryWorker } from './memory-worker.js';

/** All errands of one duty, waiting in the order in which they came due, and the workers that do it. */
export class DutyLine {
  readonly #duty: string;
  readonly #clock: Clock;
  readonly #over: AbortSignal;
  readonly #waiting: Errand[] = [];
  readonly #delayed = new Map<Errand, AbortController>();
  readonly #active = new Set<Errand>();
  readonly #keys = new Set<string>();
  readonly #workers: MemoryWorker[] = [];
  #failed = 0;
  #everyMs: number | undefined;

  constructor(duty: string, clock: Clock, over: AbortSignal) {
    this.#duty = duty;
    this.#clock = clock;
    this.#over = over;
  }

  add(payload: DutyPayload, options: AddOptions): void {
    const { key, delayMs = 0, attempts = defaults.attempts, backoffMs = defaults.backoffMs } = options;
    if (key !== undefined && this.#keys.has(key)) return;
    if (key !== undefined) this.#keys.add(key);
    const dueAt = this.#now() + delayMs;
    const text = JSON.stringify(payload);
    this.#put(
      {
        payload: text,
        attempts,
        backoffMs,
        dueAt,
        turn: false,
        failures: 0,
        ...(key === undefined ? {} : { key }),
      },
      delayMs,
    );
  }

  repeat(everyMs: number): void {
    if (this.#everyMs === everyMs) return;
    this.#everyMs = everyMs;
    for (const [errand, wait] of this.#delayed) if (errand.turn) wait.abort();
    if (!this.#waiting.some((errand) => errand.turn)) this.#turn(this.#now());
  }

  hire(worker: MemoryWorker): void {
    this.#workers.push(worker);
    this.#handOut();
  }

  counts(): QueueCounts {
    return {
      waiting: this.#waiting.length,
      delayed: this.#delayed.size,
      active: this.#active.size,
      failed: this.#failed,
    };
  }

  #put(errand: Errand, waitMs: number): void {
    if (waitMs <= 0) {
      this.#waiting.push(errand);
      this.#handOut();
      return;
    }
    const wait = new AbortController();
    this.#delayed.set(errand, wait);
    this.#clock.sleep(waitMs, AbortSignal.any([wait.signal, this.#over])).then(
      () => {
        this.#delayed.delete(errand);
        this.#put(errand, 0);
      },
      () => this.#delayed.delete(errand),
    );
  }

  #turn(dueAt: number): void {
    const errand = { payload: '{}', attempts: 1, backoffMs: 0, dueAt, turn: true, failures: 0 };
    this.#put(errand, dueAt - this.#now());
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#workers
        .filter((candidate) => candidate.isFreeFor(this.#duty))
        .sort((a, b) => a.busy - b.busy)[0];
      const errand = worker && this.#waiting.shift();
      if (!errand) return;
      void this.#hand(errand, worker);
    }
  }

  async #hand(errand: Errand, worker: MemoryWorker): Promise<void> {
    this.#active.add(errand);
    if (errand.turn && this.#everyMs !== undefined) {
      const next = errand.dueAt + this.#everyMs;
      this.#turn(next < this.#now() ? this.#now() + this.#everyMs : next);
    }
    const outcome = await worker.does(this.#duty, errand);
    this.#active.delete(errand);
    switch (outcome) {
      case 'again':
        this.#put(errand, errand.backoffMs * 2 ** (errand.failures - 1));
        break;
      case 'called-off':
        this.#put(errand, 0);
        break;
      case 'given-up':
        this.#failed = Math.min(this.#failed + 1, defaults.keptFailures);
        this.#forgetKey(errand);
        break;
      case 'done':
        this.#forgetKey(errand);
        break;
    }
    this.#handOut();
  }

  #forgetKey({ key }: Errand): void {
    if (key !== undefined) this.#keys.delete(key);
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
