import type { Framed } from './framer.js';
import type { FramingThread } from './framing-thread.js';
import type { Order } from './orders.js';

/** Orders that are in work, or whose answers have not been handed over. */
const MOST_OPEN = 3;

interface OpenOrder {
  /** Set once it is answered. */
  ready?: readonly Framed[];
}

/** Hands orders to a thread as long as few are open, and hands over the answers in order. */
export class OrderFlow {
  readonly #open: OpenOrder[] = [];
  #failure: { readonly error: unknown } | undefined;
  #stopped = false;
  #ended = false;
  #change = Promise.withResolvers<void>();

  constructor(private readonly thread: FramingThread) {
    thread.onEnd((end) => this.fail(end));
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Gives orders until there are no more, or the flow is stopped. Never rejects. */
  async feed(orders: AsyncIterable<Order>): Promise<void> {
    try {
      for await (const order of orders) {
        if (this.#stopped) break;
        this.#give(order);
        while (this.#open.length >= MOST_OPEN && !this.#stopped) await this.#change.promise;
        if (this.#stopped) break;
      }
    } catch (error) {
      this.fail(error);
    }
    this.#ended = true;
    this.#changed();
  }

  /** The next answer, or `undefined` at the end. Rejects with what the flow failed with. */
  async next(): Promise<readonly Framed[] | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure.error;
      const [head] = this.#open;
      if (head?.ready) {
        this.#open.shift();
        this.#changed();
        return head.ready;
      }
      if (!head && this.#ended) return undefined;
      await this.#change.promise;
    }
  }

  /** Only the first failure counts, and none that follows from stopping. */
  fail(error: unknown): void {
    if (this.#stopped) return;
    this.#failure = { error };
    this.stop();
  }

  stop(): void {
    this.#stopped = true;
    this.#changed();
  }

  #give(order: Order): void {
    const open: OpenOrder = {};
    this.#open.push(open);
    this.thread.ask(order).then(
      (ready) => {
        open.ready = ready;
        this.#changed();
      },
      (error: unknown) => this.fail(error),
    );
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
