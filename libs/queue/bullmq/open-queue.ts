import { Failure, type Logger } from '#kernel';
import type { Queue } from '../queue.js';
import { BullQueue } from './bull-queue.js';
import { Outage } from './outage.js';
import { PostgresServer } from './postgres-server.js';
import type { QueueServer } from './queue-server.js';
import { RedisServer } from './redis-server.js';

export interface BullQueueOptions {
  /** May hold a password; it is never logged. */
  readonly url: string;
  /** Queues of different names on one server know nothing of each other. `firn` by default. */
  readonly name?: string;
  readonly logger: Logger;
}

/**
 * Duties in the schema `bullmq` of a PostgreSQL database, which is made or brought up to date on the first call; its role
 * must be allowed to create a schema. Holds one connection that listens and at most three others. Nothing is opened before
 * the first call. Throws `input.invalid` when the address is no URL.
 */
export function postgresQueue(options: BullQueueOptions): Queue {
  return open(options, (outage) => new PostgresServer(options.url, outage));
}

/**
 * Duties on a Redis server. Holds one connection, and one more for each duty that is worked on. Nothing is opened before the
 * first call. What Redis forgets when it restarts without its file, repeated duties excepted, is forgotten.
 * Throws `input.invalid` when the address is no URL.
 */
export function redisQueue(options: BullQueueOptions): Queue {
  return open(options, (outage) => new RedisServer(options.url, outage));
}

function open(options: BullQueueOptions, serverOf: (outage: Outage) => QueueServer): Queue {
  // What Node says of a string that is no URL holds the string, password and all.
  if (!URL.canParse(options.url)) throw new Failure('input.invalid', 'the address of the queue is no URL');
  const name = options.name ?? 'firn';
  const logger = options.logger.child({ queue: name });
  const outage = new Outage(logger);
  return new BullQueue(name, serverOf(outage), outage, logger);
}
