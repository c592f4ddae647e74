import { Failure } from '#kernel';
import type { Metadata, Stores } from '#metadata';

/** Metadata whose nth call of a store rejects, once, counted from {@link FailingMetadata.failNext}. */
export interface FailingMetadata extends Metadata {
  failNext(nth: number): void;
  /** Whether it has come to that call. */
  readonly failed: boolean;
}

export function failingMetadata(inner: Metadata): FailingMetadata {
  let left = Infinity;
  const guard = () => {
    left -= 1;
    if (left === 0) throw new Failure('metadata.unavailable', 'the connection was lost');
  };
  return {
    ready: (signal) => inner.ready(signal),
    close: () => inner.close(),
    transaction: (work) => inner.transaction((stores) => work(guarded(stores, guard))),
    failNext: (nth) => {
      left = nth;
    },
    get failed() {
      return left <= 0;
    },
  };
}

function guarded(stores: Stores, guard: () => void): Stores {
  const kinds = Object.entries(stores).map(([kind, store]) => [kind, guardedStore(store as object, guard)]);
  return Object.fromEntries(kinds) as Stores;
}

function guardedStore(store: object, guard: () => void): object {
  return Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      async (...args: unknown[]) => {
        guard();
        return (method as (...args: unknown[]) => Promise<unknown>)(...args);
      },
    ]),
  );
}
