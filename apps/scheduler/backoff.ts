import { isFailure, type Failure } from '#kernel';

const FIRST_MS = 1000;
const MOST_MS = 20_000;
/** An account that is refused is not let in sooner for being tried often. */
const REFUSED_MS = 60_000;

/** How long to wait, 1 s to 30 s, after the API has failed `tries` times in a row, from 1. `random` gives 0…1. */
export function waitAfter(failure: Failure, tries: number, random: () => number): number {
  if (isRefusal(failure)) return REFUSED_MS;
  const least = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10));
  // Up to half as much again: many schedulers must not come back at the same moment.
  return Math.round(least * (1 + 0.5 * random()));
}

/** The API does not let this account in. */
export function isRefusal(failure: Failure): boolean {
  return failure.kind === 'unauthenticated' || failure.kind === 'forbidden';
}

/** Whether nothing at all can be had of the API now: it is away, lets nobody in, or is no API. */
export function isAway(failure: Failure): boolean {
  if (failure.kind === 'unavailable' || isRefusal(failure)) return true;
  return isFailure(failure, 'client.missing', 'api.answer-malformed', 'request.route-unknown');
}

/** Whether the same request may be answered better later. */
export function isPassing(failure: Failure): boolean {
  return isAway(failure) || failure.retry === 'later';
}

/** Whether the API wants to hear nothing of a run any more: somebody else has it, or it is over, or it is gone. */
export function isDisowned(failure: Failure): boolean {
  return isFailure(failure, 'run.lease-lost', 'run.missing', 'run.transition-invalid');
}
