import { Readable } from 'node:stream';
import { Failure, systemClock } from '#kernel';
import { stoppedBy } from '../../abortable.js';
import { KeyTurns } from '../../key-turns.js';
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
import { STATIC_HEADER } from './large-object.js';
import { logIn } from './login/log-in.js';
import { placeOf } from './swift-address.js';
import type { SwiftConfig } from './swift-config.js';
import { SwiftContainer } from './swift-container.js';
import { answerFailure, missingFailure } from './swift-failure.js';
import { getObject } from './swift-get.js';
import { SwiftHttp, type HttpAnswer } from './swift-http.js';
import { foldersBelow, objectsBelow } from './swift-listing.js';
import { SwiftParts } from './swift-parts.js';
import { putWhole } from './swift-put.js';
import { SwiftSession } from './swift-session.js';

/** What a manifest may name, unless the operator of a Swift says otherwise. */
const MOST_PARTS = 1000;
const MISSING = 404;
const DENIED = 403;

/** Opens a container, which need not be there yet; the first call logs in. */
export async function openSwiftStorage(config: SwiftConfig): Promise<StorageBackend> {
  return new SwiftStorage(config, await SwiftHttp.open(config.timeoutSeconds, config.caFile));
}

class SwiftStorage implements StorageBackend {
  readonly properties: StorageProperties;
  readonly #session: SwiftSession;
  readonly #container: SwiftContainer;
  readonly #parts: SwiftParts;
  readonly #turns = new KeyTurns();
  #swept: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly config: SwiftConfig,
    private readonly http: SwiftHttp,
  ) {
    const { container, createContainer, partSize, connections } = config;
    const place = placeOf(config);
    this.properties = {
      ...{ connections, atomicPut: true, rangeReads: true, place },
      maxObjectSize: partSize * MOST_PARTS,
    };
    this.#session = new SwiftSession(http, () => logIn(http, config, place));
    this.#container = new SwiftContainer(this.#session, container, createContainer, place);
    this.#parts = new SwiftParts(this.#session, this.#container, partSize);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    this.#container.assertRoom(key);
    this.#assertSize(key, body.size);
    await this.#container.make(signal);
    await (this.#swept ??= this.#parts.marks.sweep(systemClock.now()));
    // Swift looks at the begin of a put whether there is such an object, so of two at once both would succeed.
    await this.#turns.run(
      key,
      async () => {
        this.#begin(signal);
        if (body.size > this.config.partSize) await this.#parts.put(key, body, signal);
        else await putWhole(this.#session, this.#container, key, body, signal);
      },
      signal,
    );
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    await this.#assertContainer(key, signal);
    if (!range || isPlain(range)) return getObject(this.#session, this.#container, key, range, signal);
    // HTTP has no words for a range of nothing.
    const { size } = await this.head(key, signal);
    rangeWithin(range, size, key);
    return stoppedBy(signal, Readable.from([], { objectMode: false }));
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    await this.#assertContainer(key, signal);
    const answer = await this.#head(key, signal);
    if (answer.status >= 300) throw answerFailure(answer, '', this.#container.about(key));
    const stamp = answer.header('x-timestamp');
    const modifiedAt = new Date(
      stamp === undefined ? (answer.header('last-modified') ?? NaN) : Number(stamp) * 1000,
    );
    return { key, size: Number(answer.header('content-length')), modifiedAt };
  }

  list(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<ObjectInfo> {
    return this.#listing(prefix, signal, () => objectsBelow(this.#session, this.#container, prefix, signal));
  }

  folders(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<string> {
    return this.#listing(prefix, signal, () => foldersBelow(this.#session, this.#container, prefix, signal));
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    if (!(await this.#beginOf(key, signal))) return;
    const about = this.#container.about(key);
    const head = await this.#head(key, signal);
    if (head.status === MISSING) return;
    if (head.status >= 300 && head.status !== DENIED) throw answerFailure(head, '', about);
    if (head.header(STATIC_HEADER) !== undefined) return this.#parts.remove(key, head, signal);
    const path = this.#container.path(this.#container.nameOf(key));
    const { answer, text } = await this.#session.ask({ method: 'DELETE', path, signal, about });
    if (answer.status >= 300 && answer.status !== MISSING) throw answerFailure(answer, text, about);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.http.close();
  }

  async #head(key: ObjectKey, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const path = this.#container.path(this.#container.nameOf(key));
    const about = this.#container.about(key);
    return (await this.#session.ask({ method: 'HEAD', path, signal, about })).answer;
  }

  async *#listing<T>(
    prefix: ObjectKey,
    signal: AbortSignal | undefined,
    walk: () => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    this.#begin(signal);
    assertPrefix(prefix);
    if (await this.#container.isThere(signal)) yield* walk();
  }

  /** Of a call that only reads or removes: whether there is a container in which to find something. */
  async #beginOf(key: ObjectKey, signal: AbortSignal | undefined): Promise<boolean> {
    this.#begin(signal);
    assertKey(key);
    return this.#container.isThere(signal);
  }

  async #assertContainer(key: ObjectKey, signal: AbortSignal | undefined): Promise<void> {
    if (!(await this.#beginOf(key, signal))) throw missingFailure(this.#container.about(key));
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#isClosed) {
      const { place } = this.properties;
      throw new Failure('storage.closed', `"${place}" is closed`, { place });
    }
    signal?.throwIfAborted();
  }

  #assertSize(key: ObjectKey, size: number): void {
    const { maxObjectSize, place } = this.properties;
    if (size <= maxObjectSize) return;
    const message = `object "${key}" has ${size} bytes, and "${place}" takes at most ${maxObjectSize}`;
    throw new Failure('storage.object-too-large', message, { place, key, size, maxObjectSize });
  }
}

/** Whether HTTP can ask for it. */
function isPlain({ start, end }: ByteRange): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end;
}
