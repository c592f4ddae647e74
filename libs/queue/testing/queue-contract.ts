import { describe } from 'mocha';
import { describeAsking } from './contract-asking.js';
import { describeEnding } from './contract-ending.js';
import { describeFailing } from './contract-failing.js';
import { describeRepeating } from './contract-repeating.js';
import type { OpenQueue } from './given.js';

export type { QueueUnderContract } from './given.js';

/** Everything a queue promises. `open` gives an empty queue each time. */
export function describeQueueContract(name: string, open: OpenQueue): void {
  describe(`${name} keeps the contract of a queue`, () => {
    describeAsking(open);
    describeFailing(open);
    describeRepeating(open);
    describeEnding(open);
  });
}
