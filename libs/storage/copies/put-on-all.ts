import { asFailure, Failure, isFailure, type Clock, type FailureCode } from '#kernel';
import { CallSignal } from '../decorators/call-signal.js';
import type { ObjectKey, RewindableBody } from '../storage-backend.js';
import type { ReachableCopy } from './copy.js';
import { failureOfAll, type CopyFailure } from './copy-failure.js';
import { GuardedBody } from './guarded-body.js';

/** When a copy that is slower than the others is left behind. */
export interface LaggardRule {
  readonly clock: Clock;
  /** So much later than the first on one put, a copy is late. */
  readonly ms: number;
}

/** What a storage says of the call and not of itself: when all say so, none of them has failed. */
const REFUSALS: readonly FailureCode[] = [
  'storage.object-exists',
  'storage.object-too-large',
  'storage.body-mismatch',
  'storage.key-invalid',
];

/**
 * Gives the body to every copy, each at its own pace. Resolves when each has stored it or is dropped; rejects when none
 * has stored it, when the body throws, and when it is aborted. What was stored before such an end is taken back.
 */
export async function putOnAll(
  copies: readonly ReachableCopy[],
  key: ObjectKey,
  body: RewindableBody,
  signal: AbortSignal | undefined,
  laggard: LaggardRule | undefined,
): Promise<void> {
  const call = new CallSignal(signal);
  const over = new CallSignal(signal);
  const guarded = new GuardedBody(body, (error) => call.abort(error));
  const stored: ReachableCopy[] = [];
  const failures: CopyFailure[] = [];
  const refusals: (CopyFailure & { readonly copy: ReachableCopy })[] = [];
  let isCut = false;

  const putOn = async (copy: ReachableCopy) => {
    const own = new CallSignal(call.signal, copy.dropped);
    try {
      await copy.storage.put(key, guarded, own.signal);
      stored.push(copy);
      copy.stored(body.size);
      if (laggard && stored.length === 1) void dropLaggards(laggard, over.signal);
    } catch (error) {
      // Whoever was in the middle when the whole put ended has not failed.
      if (call.signal.aborted) {
        isCut = true;
        return;
      }
      const { name } = copy;
      const failure = copy.failure ?? asFailure(error);
      if (copy.isWhole && isFailure(failure, ...REFUSALS)) refusals.push({ copy, name, failure });
      else {
        copy.drop('failed', failure);
        failures.push({ name, failure });
      }
    } finally {
      own.release();
    }
  };
  const dropLaggards = async ({ clock, ms }: LaggardRule, done: AbortSignal) => {
    const isOver = await clock.sleep(ms, done).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    for (const copy of copies.filter((one) => !stored.includes(one)))
      copy.drop('late', lateFailure(copy, key, ms));
  };

  await Promise.all(copies.map(putOn));
  over.abort(undefined);
  for (const one of [call, over]) one.release();

  if (isCut) {
    await Promise.all(stored.map((copy) => takeBack(copy, key, body)));
    throw call.signal.reason;
  }
  if (stored.length > 0) {
    for (const { copy, failure } of refusals) copy.drop('failed', failure);
    return;
  }
  throw failureOfAll(`put object "${key}"`, refusals.length > 0 ? refusals : failures);
}

/** As well as it can: an append-only client leaves what it has stored. */
async function takeBack(copy: ReachableCopy, key: ObjectKey, { size }: RewindableBody): Promise<void> {
  try {
    await copy.storage.remove(key);
    copy.takenBack(size);
  } catch {
    // What failed is the put, and its reason is what the caller is to hear.
  }
}

function lateFailure({ name }: ReachableCopy, key: ObjectKey, ms: number): Failure {
  const message = `copy "${name}" is more than ${Math.round(ms / 1000)} seconds behind at object "${key}"`;
  return new Failure('copies.late', message, { copy: name, key });
}
