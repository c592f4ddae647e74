import { asFailure, type Clock, type Logger } from '#kernel';
import type { NodeLink } from '#api-client';
import type { HeartbeatRequest } from '#node-protocol';
import type { ApiHealth } from '../api-health.js';
import { isDisowned } from '../backoff.js';
import type { Interruptible } from './interruption.js';

/** A third of the lease leaves time for two that are lost; more often is for those who watch. */
const MOST_MS = 5000;

export interface HeartParts {
  readonly link: Pick<NodeLink, 'heartbeat'>;
  readonly clock: Clock;
  readonly health: ApiHealth;
  readonly logger: Logger;
}

/**
 * Tells the API of a run, at once and then every third of its lease but at least every five seconds, until `ended`
 * fires. A cancellation that it hears, or that the run is somebody else's, interrupts the run. While the API is away it
 * goes on trying. `onTried` is called after each beat, good or bad.
 */
export async function beatUntil(
  ended: AbortSignal,
  run: { readonly id: string; readonly leaseMs: number },
  tell: () => Promise<HeartbeatRequest>,
  interruptible: Interruptible,
  { link, clock, health, logger }: HeartParts,
  onTried: () => void = () => undefined,
): Promise<void> {
  const everyMs = Math.min(MOST_MS, Math.floor(run.leaseMs / 3));
  let told = '';
  while (!ended.aborted) {
    try {
      const { attempts, ...request } = await tell();
      const text = JSON.stringify(attempts);
      const { cancel } = await link.heartbeat(
        run.id,
        { ...request, ...(text !== told && { attempts }) },
        ended,
      );
      told = text;
      health.answered();
      if (cancel) interruptible.interrupt('cancelled');
    } catch (error) {
      if (ended.aborted) return;
      const failure = asFailure(error);
      if (isDisowned(failure)) {
        logger.warn('the run is no longer ours and is stopped', {
          code: failure.code,
          reason: failure.message,
        });
        interruptible.interrupt('disowned');
        return onTried();
      }
      told = '';
      health.failed(failure);
    }
    onTried();
    await clock.sleep(everyMs, ended).catch(() => undefined);
  }
}
