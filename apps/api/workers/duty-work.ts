import { duties, dutyHandlers, type ControlParts } from '#control';
import { asFailure, isFailure } from '#kernel';
import type { DutyHandlers, QueueWorker } from '#queue';

const RETRY_MS = 5000;

/** The duties of the control plane, done by this process among others. */
export interface DutyWork {
  /** Takes nothing more, and waits at most `graceMs` for what is being done. */
  close(graceMs: number): Promise<void>;
}

/** Begins as soon as the queue answers; until then it says so now and again. */
export function takeUpDuties(parts: ControlParts): DutyWork {
  const over = new AbortController();
  const begun = beginWhenPossible(parts, over.signal);
  return {
    close: async (graceMs) => {
      over.abort(new Error('the duties are over'));
      await (await begun)?.close(graceMs);
    },
  };
}

async function beginWhenPossible(parts: ControlParts, over: AbortSignal): Promise<QueueWorker | undefined> {
  const { clock, logger, queue } = parts;
  const handlers = withFirstLease(parts, dutyHandlers(parts));
  while (!over.aborted) {
    try {
      for (const { name, everyMs } of duties(parts)) await queue.repeat(name, everyMs);
      return await queue.work(handlers, {
        failed: (duty, error, givenUp) =>
          logger.warn('duty failed', { duty, givenUp, failure: asFailure(error).message }),
      });
    } catch (error) {
      const { code, message } = asFailure(error);
      if (isFailure(error, 'queue.unavailable')) logger.warn('queue away', { failure: message });
      else logger.error('duties not begun', { code, failure: message });
      await clock.sleep(RETRY_MS, over).catch(() => undefined);
    }
  }
  return undefined;
}

/**
 * Schedulers that could not reach a stopped API come first: no run is given up before one lease has passed since this
 * process began.
 */
function withFirstLease({ clock, leaseMs }: ControlParts, handlers: DutyHandlers): DutyHandlers {
  const notBefore = clock.now().getTime() + leaseMs;
  const settle = handlers[SETTLE];
  if (!settle) return handlers;
  return {
    ...handlers,
    [SETTLE]: async (payload, signal) => {
      if (clock.now().getTime() >= notBefore) await settle(payload, signal);
    },
  };
}

const SETTLE = 'settle-lost-runs';
