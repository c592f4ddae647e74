import type { FailureKind } from './failure-catalog.js';

/** What a process answers to its caller, by kind of failure; 0 is success. `docs/failures.md` lists them. */
export const exitCodes: Readonly<Record<FailureKind, number>> = {
  'invalid-input': 2,
  partial: 3,
  unauthenticated: 4,
  forbidden: 4,
  'not-found': 5,
  conflict: 6,
  unsupported: 7,
  unavailable: 8,
  corrupt: 9,
  internal: 70,
  cancelled: 130,
};
