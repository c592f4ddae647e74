import type { Readable } from 'node:stream';
import { asFailure, Failure, invariant } from '#kernel';
import { assertKey, assertPrefix } from '../object-key.js';
import type {
  ByteRange,
  ObjectInfo,
  ObjectKey,
  RewindableBody,
  StorageBackend,
  StorageProperties,
} from '../storage-backend.js';
import { Copy, isReachable, type ReachableCopy } from './copy.js';
import { failureOf, failureOfAll, type CopyFailure } from './copy-failure.js';
import type { CopyMember, CopyState, OpenCopy } from './copy-member.js';
import { copiedProperties } from './copied-properties.js';
import { KeyTurns } from '../key-turns.js';
import { mergedListing } from './merged-listing.js';
import { putOnAll, type LaggardRule } from './put-on-all.js';
import { AskingInTurn, readFromAny } from './read-from-any.js';

export interface CopiesOptions {
  /** Without it, the slowest copy is waited for as long as it takes. */
  readonly laggard?: LaggardRule | undefined;
}

/**
 * Several storages that are to hold the same, as one.
 *
 * A put goes to every whole copy. One that rejects it is failed from then on: it gets nothing more, and the put goes on
 * with the others; it rejects when none is left. A refusal that all share, such as `storage.object-exists`, fails none of
 * them. Reads take the first copy that answers, and go on with the next when one breaks in the middle. Listings are the
 * union of all; one that cannot list is left out from then on, unless it is the last. A remove rejects when any copy
 * fails, after all were tried. Memory held: none but what the copies hold themselves.
 */
export interface CopiedStorage extends StorageBackend {
  /** Every member in order, the failed ones too. */
  states(): readonly CopyState[];
  /** The whole copies in order, each by itself: for what is to be consistent in one place. */
  members(): readonly OpenCopy[];
  /** Every copy that may have an object whole, in order: for a reader who found damaged bytes in one of them. */
  alternatives(): readonly OpenCopy[];
  /** A copy is found not to be as the others: nothing more is put there. The first such word counts. */
  dropMember(name: string, state: 'failed' | 'late', failure: Failure): void;
}

/** Names of members differ. Closing it closes them all. */
export function copiesOf(members: readonly CopyMember[], options: CopiesOptions = {}): CopiedStorage {
  const names = members.map(({ name }) => name);
  invariant(new Set(names).size === names.length, `copies of one name: ${names.join(', ')}`);
  return new Copies(
    members.map((member) => new Copy(member)),
    options,
  );
}

class Copies implements CopiedStorage {
  readonly properties: StorageProperties;
  /** Of two puts of one key each copy would else choose a winner of its own. */
  readonly #turns = new KeyTurns();
  #isClosed = false;

  constructor(
    private readonly copies: readonly Copy[],
    private readonly options: CopiesOptions,
  ) {
    this.properties = copiedProperties(copies.filter(isReachable).map(({ storage }) => storage));
  }

  states(): readonly CopyState[] {
    return this.copies.map(({ state }) => state);
  }

  members(): readonly OpenCopy[] {
    return this.#whole().map(({ name, storage }) => ({ name, storage }));
  }

  alternatives(): readonly OpenCopy[] {
    const readable = this.copies.filter(isReachable).filter(({ isFailed }) => !isFailed);
    return readable.map(({ name, storage }) => ({ name, storage }));
  }

  dropMember(name: string, state: 'failed' | 'late', failure: Failure): void {
    const copy = this.copies.find((candidate) => candidate.name === name);
    invariant(copy !== undefined, `no copy "${name}"`);
    copy.drop(state, failure);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    const put = () => putOnAll(this.#usable('put'), key, body, signal, this.options.laggard);
    await this.#turns.run(key, put, signal);
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    this.#begin(signal);
    assertKey(key);
    return readFromAny(this.#usable('get'), key, range, signal);
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    this.#begin(signal);
    assertKey(key);
    const turns = new AskingInTurn(this.#usable('head'), `tell of object "${key}"`, signal);
    return turns.answer((storage) => storage.head(key, signal));
  }

  list(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<ObjectInfo> {
    return this.#listing(
      prefix,
      signal,
      (storage) => storage.list(prefix, signal),
      ({ key }) => key,
    );
  }

  folders(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<string> {
    return this.#listing(
      prefix,
      signal,
      (storage) => storage.folders(prefix, signal),
      (name) => name,
    );
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    const failures: CopyFailure[] = [];
    const removeFrom = async ({ name, storage }: ReachableCopy) => {
      try {
        await storage.remove(key, signal);
      } catch (error) {
        failures.push({ name, failure: failureOf(error, signal) });
      }
    };
    await Promise.all(this.#usable('remove').map(removeFrom));
    const [first] = failures;
    if (!first) return;
    if (this.copies.length === 1) throw first.failure;
    const each = failures.map(({ name, failure: { message } }) => `"${name}": ${message}`).join('; ');
    const message = `object "${key}" is not removed from every copy: ${each}`;
    const copies = failures.map(({ name }) => name);
    throw new Failure(first.failure.code, message, { ...first.failure.context, key, copies }, first.failure);
  }

  async onEachCopy(act: (storage: StorageBackend) => Promise<void>): Promise<void> {
    const run = async (copy: ReachableCopy) => {
      try {
        await act(copy.storage);
      } catch (error) {
        const failure = asFailure(error);
        if (failure.kind === 'cancelled') throw failure;
        copy.drop('failed', failure);
      }
    };
    await Promise.all(this.#usable('act').map(run));
    this.#usable('act');
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const closings = this.copies.filter(isReachable).map(({ storage }) => storage.close());
    for (const closing of await Promise.allSettled(closings))
      if (closing.status === 'rejected') throw closing.reason;
  }

  async *#listing<T>(
    prefix: ObjectKey,
    signal: AbortSignal | undefined,
    list: (storage: StorageBackend) => AsyncIterable<T>,
    keyOf: (item: T) => string,
  ): AsyncGenerator<T> {
    this.#begin(signal);
    assertPrefix(prefix);
    const whole = this.#usable('list');
    const listable = whole.filter(({ unlisted }) => !unlisted);
    // When all have failed once there is nobody better to ask.
    let left = listable.length > 0 ? listable : whole;
    const sources = left.map((copy) => ({
      items: list(copy.storage),
      onFailure: (error: unknown) => {
        const failure = failureOf(error, signal);
        left = left.filter((other) => other !== copy);
        if (left.length === 0) throw failure;
        copy.unlisted = failure;
      },
    }));
    yield* mergedListing(sources, keyOf);
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw new Failure('storage.closed', 'the copies are closed');
    signal?.throwIfAborted();
  }

  #whole(): readonly ReachableCopy[] {
    return this.copies.filter(isReachable).filter(({ isWhole }) => isWhole);
  }

  /** The whole copies; throws when there is none, and says why of each. */
  #usable(act: string): readonly ReachableCopy[] {
    const whole = this.#whole();
    if (whole.length > 0) return whole;
    const failures = this.copies.flatMap(({ name, failure }) => (failure ? [{ name, failure }] : []));
    throw failureOfAll(act, failures);
  }
}
