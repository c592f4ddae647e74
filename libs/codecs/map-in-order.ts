/** What is done to each item; `signal` is aborted once the result is wanted no more. */
export type Work<T, R> = (item: T, signal: AbortSignal) => Promise<R>;

/**
 * The results of `work`, in the order of the source. At most `lanes` items have been taken from the source and not been
 * handed over, in work or finished: whoever reads slowly slows down the source.
 *
 * The first failure, of the source, a work or by `signal`, ends everything: the works in progress are told and waited
 * for, the source is given back, and only then does the iteration reject with it. Leaving the loop early does the same
 * without a failure. A source that can hang is to have the same signal.
 */
export async function* mapInOrder<T, R>(
  source: AsyncIterable<T>,
  lanes: number,
  work: Work<T, R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  signal?.throwIfAborted();
  const run = new OrderedRun<T, R>(lanes, work);
  const cancel = () => run.fail(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  const feeding = run.feed(source);
  try {
    for (let next = await run.next(); next; next = await run.next()) yield next.result;
  } finally {
    signal?.removeEventListener('abort', cancel);
    // Telling nobody to stop would still cost an error with its stack, for each of thousands of short runs.
    if (!run.isOver) run.stop();
    await feeding;
    await run.settled();
  }
}

interface Item<R> {
  /** Set once the work is done. */
  outcome?: { readonly result: R };
}

class OrderedRun<T, R> {
  /** Taken from the source and not handed over, in order. */
  readonly #items: Item<R>[] = [];
  readonly #working = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  #sourceEnded = false;
  #change = Promise.withResolvers<void>();

  constructor(
    private readonly lanes: number,
    private readonly work: Work<T, R>,
  ) {}

  /** Takes items whenever there is room, until the source ends or all is stopped. Never rejects. */
  async feed(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of source) {
        if (this.#stopping.signal.aborted) break;
        this.#begin(item);
        while (this.#items.length >= this.lanes && !this.#stopping.signal.aborted) await this.#change.promise;
        if (this.#stopping.signal.aborted) break;
      }
    } catch (error) {
      this.fail(error);
    }
    this.#sourceEnded = true;
    this.#changed();
  }

  /** The result of the next item in order, or `undefined` at the end. */
  async next(): Promise<{ readonly result: R } | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure.error;
      const [head] = this.#items;
      if (head?.outcome) {
        this.#items.shift();
        this.#changed();
        return head.outcome;
      }
      if (!head && this.#sourceEnded) return undefined;
      await this.#change.promise;
    }
  }

  /** Only the first failure counts; what follows from stopping is none. */
  fail(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#failure = { error };
    this.stop(error);
  }

  stop(reason?: unknown): void {
    this.#stopping.abort(reason);
    this.#changed();
  }

  /** Whether all has been handed over. */
  get isOver(): boolean {
    return this.#sourceEnded && this.#items.length === 0 && this.#failure === undefined;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#working);
  }

  #begin(item: T): void {
    const place: Item<R> = {};
    this.#items.push(place);
    const working = this.#perform(item, place).finally(() => {
      this.#working.delete(working);
      this.#changed();
    });
    this.#working.add(working);
  }

  async #perform(item: T, place: Item<R>): Promise<void> {
    try {
      place.outcome = { result: await this.work(item, this.#stopping.signal) };
    } catch (error) {
      this.fail(error);
    }
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
