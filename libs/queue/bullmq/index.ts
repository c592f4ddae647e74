/** The queue on BullMQ: in a schema of its own in PostgreSQL, or on Redis. */
export { postgresQueue, redisQueue, type BullQueueOptions } from './open-queue.js';
