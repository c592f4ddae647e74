import { Failure } from '#kernel';

/** Lets at most `count` works run at a time; the others wait and start in the order in which they came. */
export class Lanes {
  #free: number;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(count: number) {
    this.#free = count;
  }

  /** Rejects as `work` does, with the signal's reason when it is aborted before the work ends, or when closed. */
  async run<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    await this.#enter(signal);
    const running = work();
    this.#running.add(running);
    try {
      const result = await running;
      signal?.throwIfAborted();
      return result;
    } finally {
      this.#running.delete(running);
      this.#leave();
    }
  }

  /** Turns away those who wait, and all who come later. Resolves when the running works have ended, however they end. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(closedFailure());
    await Promise.allSettled(this.#running);
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closed) throw closedFailure();
    if (this.#free === 0) return this.#turn(signal);
    this.#free -= 1;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason as Error);
      };
      const settle = (act: () => void) => {
        signal?.removeEventListener('abort', giveUp);
        act();
      };
      const waiting: Waiting = {
        start: () => settle(resolve),
        refuse: (reason) => settle(() => reject(reason)),
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** A lane is handed on, not freed and taken again, so that nobody slips in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.start();
    else this.#free += 1;
  }
}

interface Waiting {
  start(): void;
  refuse(reason: Failure): void;
}

function closedFailure(): Failure {
  return new Failure('run.cancelled', 'the codec has been closed');
}
