import { Readable } from 'node:stream';
import { Failure, type Clock } from '#kernel';
import { stoppedBy, untilAborted } from '../../abortable.js';
import { wholeBody } from '../../body.js';
import { rangeWithin } from '../../byte-range.js';
import { assertKey, assertPrefix } from '../../object-key.js';
import type {
  ByteRange,
  ObjectInfo,
  ObjectKey,
  RewindableBody,
  StorageBackend,
  StorageProperties,
} from '../../storage-backend.js';

export interface MemoryOptions {
  readonly clock: Clock;
  readonly maxObjectSize?: number;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
}

const PIECE_BYTES = 64 << 10;

/** Objects in a map. Memory held: all of them. */
export class MemoryStorage implements StorageBackend {
  readonly properties: StorageProperties;
  #isClosed = false;

  constructor(
    private readonly options: MemoryOptions,
    private readonly objects = new Map<ObjectKey, StoredObject>(),
  ) {
    const maxObjectSize = options.maxObjectSize ?? Number.MAX_SAFE_INTEGER;
    this.properties = { connections: 16, atomicPut: true, maxObjectSize, rangeReads: true, place: 'memory' };
  }

  /** Another storage on the same objects, open whether or not this one is. */
  reopen(): MemoryStorage {
    return new MemoryStorage(this.options, this.objects);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    this.#refuseTaken(key);
    if (body.size > this.properties.maxObjectSize) throw tooLarge(key, body, this.properties);
    const pieces: Uint8Array[] = [];
    for await (const piece of wholeBody(key, body, untilAborted(body.open(), signal))) {
      // Whoever makes the body may use its buffer again.
      pieces.push(Buffer.from(piece));
    }
    signal?.throwIfAborted();
    this.#refuseTaken(key);
    this.objects.set(key, { bytes: Buffer.concat(pieces), modifiedAt: this.options.clock.now() });
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    const { bytes } = this.#object(key, signal);
    const { start, end } = rangeWithin(range, bytes.length, key);
    return stoppedBy(signal, Readable.from(copies(bytes.subarray(start, end)), { objectMode: false }));
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    return infoOf(key, this.#object(key, signal));
  }

  async *list(prefix: ObjectKey, signal?: AbortSignal): AsyncGenerator<ObjectInfo> {
    for (const key of this.#keysBelow(prefix, signal)) {
      signal?.throwIfAborted();
      const object = this.objects.get(key);
      if (object) yield infoOf(key, object);
    }
  }

  async *folders(prefix: ObjectKey, signal?: AbortSignal): AsyncGenerator<string> {
    const inner = this.#keysBelow(prefix, signal).map((key) => key.slice(prefix.length).split('/'));
    const names = new Set(
      inner.flatMap(([name, ...rest]) => (name !== undefined && rest.length > 0 ? [name] : [])),
    );
    for (const name of [...names].sort()) {
      signal?.throwIfAborted();
      yield name;
    }
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    this.objects.delete(key);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw new Failure('storage.closed', 'the storage in memory is closed');
    signal?.throwIfAborted();
  }

  #object(key: ObjectKey, signal: AbortSignal | undefined): StoredObject {
    this.#begin(signal);
    assertKey(key);
    const object = this.objects.get(key);
    if (!object) throw new Failure('storage.object-missing', `there is no object "${key}"`, { key });
    return object;
  }

  #refuseTaken(key: ObjectKey): void {
    if (!this.objects.has(key)) return;
    throw new Failure('storage.object-exists', `there is already an object "${key}"`, { key });
  }

  #keysBelow(prefix: ObjectKey, signal: AbortSignal | undefined): ObjectKey[] {
    this.#begin(signal);
    assertPrefix(prefix);
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}

function infoOf(key: ObjectKey, { bytes, modifiedAt }: StoredObject): ObjectInfo {
  return { key, size: bytes.length, modifiedAt };
}

function tooLarge(key: ObjectKey, { size }: RewindableBody, { maxObjectSize }: StorageProperties): Failure {
  const message = `object "${key}" has ${size} bytes, and this storage takes at most ${maxObjectSize}`;
  return new Failure('storage.object-too-large', message, { key, size, maxObjectSize });
}

/** Copies, so that nobody who reads an object can change it. */
function* copies(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    yield Buffer.from(bytes.subarray(at, at + PIECE_BYTES));
}
