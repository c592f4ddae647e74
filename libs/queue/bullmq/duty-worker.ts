import { UnrecoverableError, WaitingError, type Job, type Worker } from 'bullmq';
import { Failure, isFailure, printable, systemClock } from '#kernel';
import { defaults, type DutyHandler, type DutyHandlers, type QueueWorker } from '../queue.js';
import type { FailureListener } from '../safely.js';
import { reasonOf } from './connection-loss.js';
import { unsealed } from './duty-payload.js';

type DutyJob = Pick<Job, 'attemptsMade' | 'data' | 'moveToWait' | 'opts'>;
export type DutyProcess = (job: DutyJob, token?: string) => Promise<void>;

/** One worker of BullMQ for each duty: it takes whatever its queue holds, and a duty without a handler is to wait. */
export class DutyWorker implements QueueWorker {
  readonly #calledOff = new AbortController();
  readonly #tell: FailureListener;
  readonly #workers: readonly Pick<Worker, 'close'>[];
  #closed: Promise<void> | undefined;

  constructor(
    handlers: DutyHandlers,
    tell: FailureListener,
    hire: (duty: string, process: DutyProcess) => Pick<Worker, 'close'>,
  ) {
    this.#tell = tell;
    this.#workers = Object.entries(handlers).map(([duty, handler]) =>
      hire(duty, (job, token) => this.#do(duty, handler, job, token)),
    );
  }

  close(graceMs: number = defaults.graceMs): Promise<void> {
    return (this.#closed ??= this.#close(graceMs));
  }

  async #close(graceMs: number): Promise<void> {
    const ended = new AbortController();
    const closed = Promise.all(this.#workers.map((worker) => worker.close())).finally(() => ended.abort());
    const outOfPatience = systemClock.sleep(graceMs, ended.signal).then(
      () => this.#calledOff.abort(new Failure('run.cancelled', 'the worker of the queue closes')),
      () => undefined,
    );
    await Promise.all([closed, outOfPatience]);
  }

  async #do(duty: string, handler: DutyHandler, job: DutyJob, token: string | undefined): Promise<void> {
    const { signal } = this.#calledOff;
    try {
      await handler(unsealed(job.data, duty), signal);
    } catch (error) {
      if (signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const hopeless = isFailure(error, 'input.invalid');
      const givenUp = hopeless || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      this.#tell(duty, error, givenUp);
      // A text with U+0000 cannot be stored in PostgreSQL; the duty would neither end nor fail.
      const reason = printable(reasonOf(error));
      throw hopeless ? new UnrecoverableError(reason) : Object.assign(new Error(reason), { cause: error });
    }
  }
}
