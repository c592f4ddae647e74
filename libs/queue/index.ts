/** Duties of the control plane, done once by whichever process is free: the port, and a queue in memory. */
export type {
  AddOptions,
  DutyHandler,
  DutyHandlers,
  DutyPayload,
  Queue,
  QueueCounts,
  QueueWorker,
  WorkOptions,
} from './queue.js';
export { memoryQueue, type MemoryQueueOptions } from './memory/memory-queue.js';
