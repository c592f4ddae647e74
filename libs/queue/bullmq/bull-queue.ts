import { Worker, type JobsOptions } from 'bullmq';
import { deadline, Failure, invariant, systemClock, type Logger } from '#kernel';
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
import { safely } from '../safely.js';
import { reasonOf } from './connection-loss.js';
import { sealed } from './duty-payload.js';
import { DutyQueues, SHARED } from './duty-queues.js';
import { DutyWorker, type DutyProcess } from './duty-worker.js';
import { InTurn } from './in-turn.js';
import type { Outage } from './outage.js';
import { PAUSE_MS } from './patient-backend.js';
import type { Backends, QueueServer } from './queue-server.js';
import { raced } from './raced.js';

const ANSWER_MS = 10_000;
const LOST_MS = 15_000;
const TURNS = 'turns';
const KEPT = { removeOnComplete: true, removeOnFail: { count: defaults.keptFailures }, stackTraceLimit: 0 };

export class BullQueue implements Queue {
  readonly #name: string;
  readonly #server: QueueServer;
  readonly #outage: Outage;
  readonly #logger: Logger;
  readonly #queues: DutyQueues;
  readonly #repeats = new Map<string, number>();
  readonly #reminders = new InTurn();
  readonly #workers: DutyWorker[] = [];
  readonly #over = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(name: string, server: QueueServer, outage: Outage, logger: Logger) {
    this.#name = name;
    this.#server = server;
    this.#queues = new DutyQueues(name, server, outage);
    this.#outage = outage;
    this.#logger = logger;
    outage.onEnd(() => void this.#reminders.take(() => this.#remind()));
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await this.#answer(() => this.#server.probe(), signal);
  }

  async add(duty: string, payload: DutyPayload, options: AddOptions = {}): Promise<void> {
    const stored = sealed(payload);
    const { key } = options;
    await this.#answer(async () => {
      const queue = await this.#queues.of(duty);
      const add = () => queue.add(duty, stored, jobOptions(options));
      // On PostgreSQL two who ask at the same moment would both find the key free.
      await (key === undefined ? add() : this.#server.exclusively(`${queue.name}?${key}`, add));
    });
  }

  async repeat(duty: string, everyMs: number): Promise<void> {
    invariant(Number.isSafeInteger(everyMs) && everyMs > 0, 'an interval is a whole number of milliseconds');
    await this.#answer(() => this.#turns(duty, everyMs));
    this.#repeats.set(duty, everyMs);
  }

  async work(handlers: DutyHandlers, options: WorkOptions = {}): Promise<QueueWorker> {
    const backends = await this.#answer(async () => {
      await Promise.all(Object.keys(handlers).map((duty) => this.#queues.of(duty)));
      return this.#server.backends();
    });
    const concurrency = options.concurrency ?? defaults.concurrency;
    const worker = new DutyWorker(handlers, safely(options.failed, this.#logger), (duty, process) =>
      this.#hire(duty, process, concurrency, backends),
    );
    this.#workers.push(worker);
    return worker;
  }

  async counts(): Promise<QueueCounts> {
    return this.#answer(async () => {
      const queues = await this.#queues.all();
      const counts = await Promise.all(
        queues.map((queue) => queue.getJobCounts('waiting', 'delayed', 'active', 'failed')),
      );
      const sum = (state: string) => counts.reduce((total, each) => total + (each[state] ?? 0), 0);
      return {
        waiting: sum('waiting'),
        delayed: sum('delayed'),
        active: sum('active'),
        failed: sum('failed'),
      };
    });
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    // What runs may still ask for more.
    await Promise.all(this.#workers.map((worker) => worker.close()));
    this.#over.abort(new Failure('queue.unavailable', `the queue "${this.#name}" is closed`));
    await this.#queues.close();
    await this.#server.close();
  }

  /** Any failure to `act` in time as `queue.unavailable`. */
  async #answer<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const over = this.#over.signal;
    const silent = new Failure('queue.unavailable', `the queue "${this.#name}" does not answer`);
    const limit = deadline(ANSWER_MS, silent, signal ? AbortSignal.any([over, signal]) : over);
    try {
      limit.signal.throwIfAborted();
      return await raced(act(), limit.signal);
    } catch (error) {
      if (error instanceof Failure || error === signal?.reason) throw error;
      const message = `the queue "${this.#name}" cannot be used: ${reasonOf(error)}`;
      throw new Failure('queue.unavailable', message, { queue: this.#name }, error);
    } finally {
      limit.clear();
    }
  }

  async #turns(duty: string, everyMs: number): Promise<void> {
    const queue = await this.#queues.of(duty);
    await this.#server.exclusively(`${queue.name}!`, async () => {
      const known = await queue.getJobScheduler(TURNS);
      // Otherwise it would keep its offset within the former interval, and a late turn would come that much later.
      if (known && known.every !== everyMs) await queue.removeJobScheduler(TURNS);
      const opts = { ...KEPT, attempts: 1 };
      await queue.upsertJobScheduler(TURNS, { every: everyMs }, { name: duty, data: sealed({}), opts });
    });
  }

  #hire(duty: string, process: DutyProcess, concurrency: number, backends: Backends) {
    const options = {
      ...SHARED,
      concurrency,
      drainDelay: this.#server.idleSeconds,
      runRetryDelay: PAUSE_MS,
      // What a process took and never told of again is taken from it after 15 to 45 seconds.
      lockDuration: LOST_MS,
      stalledInterval: LOST_MS,
      // How often a duty may take its process down with it.
      maxStalledCount: defaults.attempts,
    };
    const worker = new Worker(this.#queues.nameOf(duty), process, options, backends);
    worker.on('error', (error) => this.#outage.met(error));
    return worker;
  }

  /** A Redis that was started again may have forgotten everything; and a server that is back may be gone once more. */
  async #remind(): Promise<void> {
    this.#queues.doubt();
    for (const duty of this.#repeats.keys()) await this.#remindOf(duty);
  }

  async #remindOf(duty: string): Promise<void> {
    const over = this.#over.signal;
    while (!over.aborted) {
      try {
        const everyMs = this.#repeats.get(duty);
        if (everyMs !== undefined) await this.#answer(() => this.#turns(duty, everyMs));
        return;
      } catch (error) {
        this.#outage.met(error instanceof Failure ? (error.cause ?? error) : error);
        await systemClock.sleep(PAUSE_MS, over).catch(() => undefined);
      }
    }
  }
}

function jobOptions(options: AddOptions): JobsOptions {
  return {
    ...KEPT,
    ...(options.key === undefined ? {} : { deduplication: { id: options.key } }),
    delay: options.delayMs ?? 0,
    attempts: options.attempts ?? defaults.attempts,
    backoff: { type: 'exponential', delay: options.backoffMs ?? defaults.backoffMs },
  };
}
