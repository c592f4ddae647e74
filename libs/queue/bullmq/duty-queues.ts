import { Queue as JobQueue, type IQueueBackend } from 'bullmq';
import type { SealedPayload } from './duty-payload.js';
import type { Outage } from './outage.js';
import type { QueueServer } from './queue-server.js';

export type DutyQueue = JobQueue<
  SealedPayload,
  void,
  string,
  SealedPayload,
  void,
  string,
  IQueueBackend,
  unknown
>;

const DUTY = 'duty:';

// BullMQ wants a connection named; the backends have theirs. Nobody reads its events, which are kept all the same.
export const SHARED = { connection: 'shared', streams: { events: { maxLen: 100 } } } as const;

/** One queue of BullMQ for each duty, and a root in whose properties stands which duties there are. */
export class DutyQueues {
  readonly #root: string;
  readonly #server: QueueServer;
  readonly #outage: Outage;
  readonly #opened = new Map<string, DutyQueue>();
  readonly #listed = new Set<string>();

  constructor(name: string, server: QueueServer, outage: Outage) {
    this.#root = encodeURIComponent(name);
    this.#server = server;
    this.#outage = outage;
  }

  // BullMQ allows no colon, and a slash is in no encoded name.
  nameOf(duty: string): string {
    return `${this.#root}/${encodeURIComponent(duty)}`;
  }

  /** The queue of a duty, which is listed from then on. */
  async of(duty: string): Promise<DutyQueue> {
    if (!this.#listed.has(duty)) {
      const root = await this.#open(this.#root);
      await root.getBackend().setQueueMeta({ [`${DUTY}${duty}`]: 1 });
      this.#listed.add(duty);
    }
    return this.#open(this.nameOf(duty));
  }

  /** The queues of all duties that anybody ever asked for or worked on. */
  async all(): Promise<DutyQueue[]> {
    const root = await this.#open(this.#root);
    const duties = Object.keys(await root.getBackend().getQueueMeta())
      .filter((field) => field.startsWith(DUTY))
      .map((field) => field.slice(DUTY.length));
    return Promise.all(duties.map((duty) => this.of(duty)));
  }

  /** What was listed may be forgotten. */
  doubt(): void {
    this.#listed.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((queue) => queue.close()));
  }

  async #open(name: string): Promise<DutyQueue> {
    const backends = await this.#server.backends();
    const known = this.#opened.get(name);
    if (known) return known;
    const queue: DutyQueue = new JobQueue(name, SHARED, backends);
    queue.on('error', (error) => this.#outage.met(error));
    this.#opened.set(name, queue);
    return queue;
  }
}
