import { failureCatalog, type FailureCode, type FailureKind } from './failure-catalog.js';

/** What the API answers, by kind of failure. `partial` is no failure of a request: it never gets there. */
export const httpStatuses: Readonly<Record<FailureKind, number>> = {
  'invalid-input': 400,
  partial: 500,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  unsupported: 422,
  unavailable: 503,
  corrupt: 500,
  internal: 500,
  cancelled: 409,
};

/** The HTTP status of a failure: that of its kind, unless its code has one of its own. */
export function httpStatusOf(code: FailureCode): number {
  const rule: { readonly kind: FailureKind; readonly status?: number } = failureCatalog[code];
  return rule.status ?? httpStatuses[rule.kind];
}
