import type { NodeLink } from '#api-client';
import { asFailure, type Clock, type Logger } from '#kernel';
import type { RunStoragesReply, RunStoragesRequest } from '#node-protocol';
import type { ApiHealth } from '../api-health.js';
import { isPassing, waitAfter } from '../backoff.js';

export interface StoragesParts {
  readonly link: Pick<NodeLink, 'storages'>;
  readonly clock: Clock;
  readonly health: ApiHealth;
  readonly logger: Logger;
  readonly random: () => number;
}

/**
 * Asks for the storages of an action until the API answers: nobody else has their secrets, so without it there is nothing
 * to begin. Rejects with what the API says when it says no, and when `signal` fires.
 */
export async function storagesUntilAnswered(
  runId: string,
  request: RunStoragesRequest,
  { link, clock, health, logger, random }: StoragesParts,
  signal: AbortSignal,
): Promise<RunStoragesReply> {
  for (let tries = 1; ; tries += 1) {
    try {
      const reply = await link.storages(runId, request, signal);
      health.answered();
      return reply;
    } catch (error) {
      signal.throwIfAborted();
      const failure = asFailure(error);
      if (!isPassing(failure)) throw failure;
      health.failed(failure);
      const { code, message } = failure;
      if (tries === 1)
        logger.info('waiting for the API to say what the storages are', { code, reason: message });
      await clock.sleep(waitAfter(failure, tries, random), signal);
    }
  }
}
