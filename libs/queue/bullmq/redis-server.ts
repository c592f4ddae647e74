import { Redis } from 'ioredis';
import { systemClock } from '#kernel';
import type { Outage } from './outage.js';
import { FAREWELL_MS, patient } from './patient-backend.js';
import type { Backends, QueueServer } from './queue-server.js';
import { redisBackends } from './redis-backend.js';

const LONGEST_RETRY_MS = 2000;

export class RedisServer implements QueueServer {
  // Redis drops what blocks for long unnoticed; BullMQ advises ten seconds at most.
  readonly idleSeconds = 10;
  readonly #url: string;
  readonly #outage: Outage;
  #client: Redis | undefined;
  #closed = false;

  constructor(url: string, outage: Outage) {
    this.#url = url;
    this.#outage = outage;
  }

  async backends(): Promise<Backends> {
    const client = await this.#connected();
    const backends = redisBackends(client);
    return (name, options, kind) => patient(backends(name, options, kind));
  }

  async probe(): Promise<void> {
    const client = await this.#connected();
    await client.ping();
  }

  /** Every act of BullMQ on Redis is one script, which nothing interrupts. */
  exclusively<T>(_name: string, act: () => Promise<T>): Promise<T> {
    return act();
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#closed = true;
    if (!client) return;
    // It may be ready only because nobody has told it yet that the server is gone: then its farewell never arrives.
    const farewell = client.status === 'ready' ? client.quit().catch(() => undefined) : undefined;
    const said = new AbortController();
    const patience = systemClock.sleep(FAREWELL_MS, said.signal).catch(() => undefined);
    await Promise.race([farewell, patience]);
    said.abort(new Error('said'));
    client.disconnect();
  }

  // While the server is away commands would be kept in memory and sent hours later; better to hear of it.
  async #connected(): Promise<Redis> {
    const client = (this.#client ??= this.#connect());
    if (client.status !== 'ready') await readyOrFailed(client);
    return client;
  }

  #connect(): Redis {
    const client = new Redis(this.#url, {
      connectionName: 'firn-queue',
      // What is under way is sent again when the server is back.
      maxRetriesPerRequest: null,
      connectTimeout: 5000,
      keepAlive: 10_000,
      retryStrategy: (times) => Math.min(times * 100, LONGEST_RETRY_MS),
    });
    client.setMaxListeners(0);
    client.on('error', (error) => this.#outage.met(error));
    client.on('close', () => {
      if (!this.#closed) this.#outage.met(new Error('connection closed'));
    });
    client.on('ready', () => this.#outage.answered());
    return client;
  }
}

function readyOrFailed(client: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      client.off('ready', done).off('error', done).off('end', ended);
      if (error) reject(error);
      else resolve();
    };
    const ended = () => done(new Error('connection closed'));
    client.on('ready', done).on('error', done).on('end', ended);
  });
}
