import type { NodeLink } from '#api-client';
import { asFailure, type Clock, type Failure } from '#kernel';
import type { ClaimReply, ClaimRequest } from '#node-protocol';
import type { ApiHealth } from '../api-health.js';
import { isAway, isPassing, waitAfter } from '../backoff.js';

export interface ClaimParts {
  readonly link: Pick<NodeLink, 'claim'>;
  readonly clock: Clock;
  readonly health: ApiHealth;
  readonly random: () => number;
}

/** An API that is there and fails over one job must not take the slot from all others. */
const MOST_TRIES = 5;

/** Asks for an occurrence until the API says yes or no; the same question has the same answer. */
export async function claimUntilAnswered(
  claim: ClaimRequest,
  { link, clock, health, random }: ClaimParts,
  signal: AbortSignal,
): Promise<{ readonly granted: ClaimReply } | { readonly refused: Failure }> {
  for (let tries = 1; ; tries += 1) {
    try {
      const granted = await link.claim(claim, signal);
      health.answered();
      return { granted };
    } catch (error) {
      signal.throwIfAborted();
      const failure = asFailure(error);
      if (!isPassing(failure) || (tries >= MOST_TRIES && !isAway(failure))) return { refused: failure };
      health.failed(failure);
      await clock.sleep(waitAfter(failure, tries, random), signal);
    }
  }
}
