import { Failure, type FailureCode } from '#kernel';

/** For DELETE: rejects with `code` when there was nothing to remove. */
export function mustHaveBeen(removed: boolean, code: FailureCode, id: string): void {
  if (removed) return;
  const what = code.slice(0, code.indexOf('.'));
  throw new Failure(code, `no ${what} "${id}"`, { id });
}
