/** What a queue must do to be one. */
export { describeQueueContract, type QueueUnderContract } from './queue-contract.js';
export { until } from './until.js';
