import { failureCatalog, type FailureCode, type FailureKind, type Retry } from './failure-catalog.js';

/** Facts that belong to a failure: ids, paths, sizes. Never a secret. */
export type FailureContext = Readonly<Record<string, unknown>>;

/**
 * The one error class of Firn. Kind, retry and hint come from the catalog by code.
 *
 * Messages are lower case, name the thing and end without a full stop.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly context: FailureContext;

  constructor(
    readonly code: FailureCode,
    message: string,
    context: FailureContext = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.context = context;
  }

  get kind(): FailureKind {
    return failureCatalog[this.code].kind;
  }

  get retry(): Retry {
    return failureCatalog[this.code].retry;
  }

  get hint(): string {
    return failureCatalog[this.code].hint;
  }

  /** The same failure with more facts; those it already has win, since they were nearer to the cause. */
  with(context: FailureContext): Failure {
    const richer = new Failure(this.code, this.message, { ...context, ...this.context }, this.cause);
    if (this.stack) richer.stack = this.stack;
    return richer;
  }
}

/** Any thrown thing as a Failure: Failures as they are, aborts as `run.cancelled`, the rest as `internal.unexpected`. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return error.cause instanceof Failure
      ? error.cause
      : new Failure('run.cancelled', 'cancelled', {}, error);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('internal.unexpected', message, {}, error);
}

export function isFailure(error: unknown, ...codes: readonly FailureCode[]): error is Failure {
  return error instanceof Failure && (codes.length === 0 || codes.includes(error.code));
}
