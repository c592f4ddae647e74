import type { Queue } from '../queue.js';

export interface QueueUnderContract {
  /** Of a name of its own, so that nothing of other tests is in it. */
  readonly queue: Queue;
  /** The same queue as another process would open it; it is closed by the test. */
  readonly second?: () => Promise<Queue>;
  /** A queue whose server is away; it is closed by the test. */
  readonly away?: () => Queue;
  close(): Promise<void>;
}

export type OpenQueue = () => Promise<QueueUnderContract>;

/** Opens a queue for `use` and closes everything, whatever happens. `other` is the second process, or the same queue. */
export async function withQueue(
  open: OpenQueue,
  use: (queue: Queue, other: Queue) => Promise<void>,
): Promise<void> {
  const opened = await open();
  let other: Queue | undefined;
  try {
    other = (await opened.second?.()) ?? opened.queue;
    await use(opened.queue, other);
  } finally {
    await other?.close();
    await opened.close();
  }
}
