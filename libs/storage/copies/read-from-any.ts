import type { Readable } from 'node:stream';
import { Failure, isFailure } from '#kernel';
import { CallSignal } from '../decorators/call-signal.js';
import { relay } from '../decorators/relay.js';
import type { ByteRange, ObjectKey, StorageBackend } from '../storage-backend.js';
import type { ReachableCopy } from './copy.js';
import { failureOf, failureOfAll, type CopyFailure } from './copy-failure.js';

/** What says something of one object, and not of the copy that should have it. */
const OF_THE_OBJECT = ['storage.object-missing', 'storage.range-invalid', 'storage.unsupported'] as const;

/** Copies to be asked in turn; each is asked until it fails once. */
export class AskingInTurn {
  readonly #failures: CopyFailure[] = [];
  readonly #left: ReachableCopy[];

  constructor(
    copies: readonly ReachableCopy[],
    private readonly act: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#left = [
      ...copies.filter(({ isDoubted }) => !isDoubted),
      ...copies.filter(({ isDoubted }) => isDoubted),
    ];
  }

  /** What the first copy answers that answers. Rejects with one failure for all. */
  async answer<T>(ask: (storage: StorageBackend) => Promise<T>): Promise<T> {
    for (let [copy] = this.#left; copy; [copy] = this.#left) {
      try {
        return await ask(copy.storage);
      } catch (error) {
        this.passOver(error);
      }
    }
    throw failureOfAll(this.act, this.#failures);
  }

  /** The copy that was asked last has failed; the next one is asked from now on. */
  passOver(error: unknown): void {
    const failure = failureOf(error, this.signal);
    const copy = this.#left.shift();
    if (!copy) return;
    this.#failures.push({ name: copy.name, failure });
    copy.isDoubted ||= !isFailure(failure, ...OF_THE_OBJECT);
  }
}

/** The bytes from the first copy that has them; when its stream breaks, from the next one at the byte reached. */
export async function readFromAny(
  copies: readonly ReachableCopy[],
  key: ObjectKey,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const [only, ...others] = copies;
  if (only && others.length === 0) return only.storage.get(key, range, signal);
  const call = new CallSignal(signal);
  const turns = new AskingInTurn(copies, `read object "${key}"`, call.signal);
  let at = range?.start ?? 0;
  let end = range?.end;
  let stream: Readable | undefined;

  const open = (storage: StorageBackend) => storage.get(key, range, call.signal);
  const goOn = async (storage: StorageBackend) => {
    if (!storage.properties.rangeReads)
      throw new Failure('storage.unsupported', `cannot read object "${key}" from byte ${at}`, { key, at });
    end ??= (await storage.head(key, call.signal)).size;
    return storage.get(key, { start: at, end }, call.signal);
  };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      stream ??= await turns.answer(goOn);
      try {
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          at += chunk.length;
          yield chunk;
        }
        if (end === undefined || at >= end) return;
        throw brokenOff(key, at, end);
      } catch (error) {
        stream = undefined;
        turns.passOver(error);
      }
    }
  }

  try {
    stream = await turns.answer(open);
  } catch (error) {
    call.release();
    throw error;
  }
  return relay(bytes(), () => {
    call.release();
    call.abort(undefined);
    stream?.destroy();
  });
}

function brokenOff(key: ObjectKey, at: number, end: number): Failure {
  const message = `object "${key}" broke off at byte ${at} of ${end} while it was read`;
  return new Failure('storage.unavailable', message, { key, at, end });
}
