import type { Logger } from '#kernel';
import type { WorkOptions } from './queue.js';

export type FailureListener = NonNullable<WorkOptions['failed']>;

/** A listener whose own faults end in the log: they must not change what becomes of the duty. */
export function safely(listener: WorkOptions['failed'], logger: Logger): FailureListener {
  return (duty, error, givenUp) => {
    try {
      listener?.(duty, error, givenUp);
    } catch (fault) {
      logger.error('listener of failed duties failed', { duty, reason: String(fault) });
    }
  };
}
