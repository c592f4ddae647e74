export type FailureKind =
  | 'invalid-input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'unsupported'
  | 'unavailable'
  | 'corrupt'
  | 'partial'
  | 'cancelled'
  | 'internal';

/** When trying the same thing again can help: never, by itself after a while, or once somebody has mended something. */
export type Retry = 'never' | 'later' | 'after-fix';

export interface FailureRule {
  readonly kind: FailureKind;
  readonly retry: Retry;
  readonly hint: string;
  /** HTTP status, where the kind's own is not the usual one. */
  readonly status?: number;
}

/** A row of the catalog. */
export function rule<Kind extends FailureKind>(
  kind: Kind,
  retry: Retry,
  hint: string,
  status?: number,
): FailureRule & { readonly kind: Kind } {
  return status === undefined ? { kind, retry, hint } : { kind, retry, hint, status };
}
