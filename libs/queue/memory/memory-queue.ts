import { Failure, invariant, type Clock, type Logger } from '#kernel';
import {
  defaults,
  type AddOptions,
  type DutyHandlers,
  type DutyPayload,
  type Queue,
  type QueueCounts,
  type QueueWorker,
  type WorkOptions,
} from '../queue.js';
import { DutyLine } from './duty-line.js';
import { MemoryWorker } from './memory-worker.js';

export interface MemoryQueueOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Duties of one process, forgotten with it: for tests, and for a platform that is one process. */
export function memoryQueue(options: MemoryQueueOptions): Queue {
  return new MemoryQueue(options);
}

class MemoryQueue implements Queue {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lines = new Map<string, DutyLine>();
  readonly #workers: MemoryWorker[] = [];
  readonly #over = new AbortController();
  #closed: Promise<void> | undefined;

  constructor({ clock, logger }: MemoryQueueOptions) {
    this.#clock = clock;
    this.#logger = logger;
  }

  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#over.signal.throwIfAborted();
  }

  async add(duty: string, payload: DutyPayload, options: AddOptions = {}): Promise<void> {
    this.#over.signal.throwIfAborted();
    this.#lineOf(duty).add(payload, options);
  }

  async repeat(duty: string, everyMs: number): Promise<void> {
    this.#over.signal.throwIfAborted();
    invariant(Number.isSafeInteger(everyMs) && everyMs > 0, 'an interval is a whole number of milliseconds');
    this.#lineOf(duty).repeat(everyMs);
  }

  async work(handlers: DutyHandlers, options: WorkOptions = {}): Promise<QueueWorker> {
    this.#over.signal.throwIfAborted();
    const worker = new MemoryWorker(handlers, options, this.#clock, this.#logger);
    this.#workers.push(worker);
    for (const duty of Object.keys(handlers)) this.#lineOf(duty).hire(worker);
    return worker;
  }

  async counts(): Promise<QueueCounts> {
    this.#over.signal.throwIfAborted();
    const lines = [...this.#lines.values()].map((line) => line.counts());
    const sum = (state: keyof QueueCounts) => lines.reduce((total, counts) => total + counts[state], 0);
    return { waiting: sum('waiting'), delayed: sum('delayed'), active: sum('active'), failed: sum('failed') };
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close(defaults.graceMs)));
    this.#over.abort(new Failure('queue.unavailable', 'the queue in memory is closed'));
  }

  #lineOf(duty: string): DutyLine {
    let line = this.#lines.get(duty);
    if (!line) this.#lines.set(duty, (line = new DutyLine(duty, this.#clock, this.#over.signal)));
    return line;
  }
}
