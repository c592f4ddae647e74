import { Readable } from 'node:stream';
import { Failure, isFailure, type Clock, type Logger } from '#kernel';
import { stoppedBy } from '../abortable.js';
import { rangeWithin } from '../byte-range.js';
import type { ByteRange, ObjectInfo, ObjectKey, StorageBackend } from '../storage-backend.js';
import { delegating } from './delegating.js';
import { firstBytes } from './first-bytes.js';
import { MemoryFiles, type FileBounds } from './memory-files.js';
import { ObjectMemory } from './object-memory.js';
import { relay } from './relay.js';
import type { RememberedObject } from './remembered-object.js';

export interface MemoryOptions {
  /** A private directory of this machine, for all places; made when it is not there. */
  readonly directory: string;
  /** How large an object may be for its bytes to be kept; 0 for one that is never kept. A mebibyte without it. */
  readonly mostBytes?: ((key: ObjectKey) => number) | undefined;
  readonly bounds?: FileBounds | undefined;
}

const USUAL_BYTES = 1 << 20;

/**
 * The same storage for a client that may put and perhaps nothing else: what the storage denies (`storage.access-denied`)
 * is answered from what this client itself has put there, or has read there while it was allowed to. What the storage
 * does answer counts, and corrects the memory.
 *
 * Where the memory knows nothing of the folder in question, the denial stands. Where it does, an object of which it does
 * not know is `storage.object-missing` with `remembered: true` in the context: the client has not put it, whoever else
 * may have. No put and no remove is answered from memory, and none fails because of it.
 */
export function rememberingStorage(
  inner: StorageBackend,
  { directory, mostBytes = () => USUAL_BYTES, bounds, clock, logger }: MemoryOptions & Surroundings,
): StorageBackend {
  const files = new MemoryFiles(directory, inner.properties.place, bounds);
  return new RememberingStorage(inner, new ObjectMemory(files, mostBytes, clock, logger)).backend();
}

interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
}

class RememberingStorage {
  constructor(
    private readonly inner: StorageBackend,
    private readonly memory: ObjectMemory,
  ) {}

  backend(): StorageBackend {
    const { inner, memory } = this;
    return {
      ...delegating(inner),
      put: async (key, body, signal) => {
        await inner.put(key, body, signal);
        await memory.put(key, body);
      },
      get: (key, range, signal) =>
        this.#answered(
          key,
          signal,
          () => this.#get(key, range, signal),
          async (object, denied) => {
            const bytes = await memory.bytes(object);
            if (!bytes) throw denied;
            const { start, end } = rangeWithin(range, bytes.length, key);
            return stoppedBy(signal, Readable.from([bytes.subarray(start, end)], { objectMode: false }));
          },
        ),
      head: (key, signal) =>
        this.#answered(
          key,
          signal,
          () => this.#head(key, signal),
          async (object) => infoOf(object),
        ),
      list: (prefix, signal) =>
        this.#listed({
          from: inner.list(prefix, signal),
          remembered: async () => (await memory.below(prefix)).map(infoOf),
          keyOf: ({ key }) => key,
          forget: (key) => memory.forget(key),
          signal,
        }),
      folders: (prefix, signal) =>
        this.#listed({
          from: inner.folders(prefix, signal),
          remembered: async () => folderNames(await memory.below(prefix), prefix),
          keyOf: (name) => name,
          forget: (name) => this.#forgetBelow(`${prefix}${name}/`),
          signal,
        }),
      remove: async (key, signal) => {
        await inner.remove(key, signal);
        await memory.forget(key);
      },
      close: async () => {
        await inner.close();
        await memory.close();
      },
    };
  }

  async #answered<T>(
    key: ObjectKey,
    signal: AbortSignal | undefined,
    ask: () => Promise<T>,
    remember: (object: RememberedObject, denied: Failure) => Promise<T>,
  ): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (isFailure(error, 'storage.object-missing')) await this.memory.forget(key);
      if (!isFailure(error, 'storage.access-denied')) throw error;
      signal?.throwIfAborted();
      const object = await this.memory.find(key);
      if (object) return remember(object, error);
      if (!(await this.memory.knowsFolderOf(key))) throw error;
      const message = `this client may not look for object "${key}", and has not put it`;
      throw new Failure(
        'storage.object-missing',
        message,
        { ...error.context, key, remembered: true },
        error,
      );
    }
  }

  async #head(key: ObjectKey, signal: AbortSignal | undefined): Promise<ObjectInfo> {
    const found = await this.inner.head(key, signal);
    await this.memory.confirm(found);
    return found;
  }

  async #get(
    key: ObjectKey,
    range: ByteRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Readable> {
    const stream = await this.inner.get(key, range, signal);
    // Some servers let an object be opened, and deny to read it then.
    if ((await this.memory.find(key))?.kept) await firstBytes(stream);
    const limit = this.memory.keepsUpTo(key);
    if (range || limit === 0) return stream;
    return stoppedBy(
      signal,
      relay(this.#learning(key, stream, limit), () => stream.destroy()),
    );
  }

  async *#learning(key: ObjectKey, stream: Readable, limit: number): AsyncGenerator<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size <= limit) pieces.push(Buffer.from(piece));
      yield piece;
    }
    if (size <= limit) await this.memory.learn(key, Buffer.concat(pieces));
  }

  async *#listed<T>({ from, remembered, keyOf, forget, signal }: Listing<T>): AsyncGenerator<T> {
    const known = (await remembered()).map((item) => [keyOf(item), item] as const);
    const source = from[Symbol.asyncIterator]();
    let step: IteratorResult<T>;
    try {
      step = await source.next();
    } catch (error) {
      if (!isFailure(error, 'storage.access-denied') || (await this.memory.isEmpty())) throw error;
      signal?.throwIfAborted();
      for (const [, item] of known) yield item;
      return;
    }
    const unseen = new Set(known.map(([key]) => key));
    try {
      for (; !step.done; step = await source.next()) {
        unseen.delete(keyOf(step.value));
        yield step.value;
      }
    } finally {
      await source.return?.();
    }
    for (const key of unseen) await forget(key);
  }

  async #forgetBelow(folder: ObjectKey): Promise<void> {
    for (const { key } of await this.memory.below(folder)) await this.memory.forget(key);
  }
}

interface Listing<T> {
  readonly from: AsyncIterable<T>;
  readonly remembered: () => Promise<readonly T[]>;
  readonly keyOf: (item: T) => string;
  /** What the storage did not list is not there any more. */
  readonly forget: (key: string) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

function infoOf({ key, size, at, shownAt }: RememberedObject): ObjectInfo {
  return { key, size, modifiedAt: shownAt ?? at };
}

function folderNames(objects: readonly RememberedObject[], prefix: ObjectKey): readonly string[] {
  const ways = objects.map(({ key }) => key.slice(prefix.length).split('/'));
  return [
    ...new Set(ways.flatMap(([name, ...rest]) => (name !== undefined && rest.length > 0 ? [name] : []))),
  ].sort();
}
