import { Failure, isFailure, type Clock } from '#kernel';
import { bodyOf } from '../body.js';
import { readAll } from '../read-all.js';
import type { ByteRange, ObjectKey, StorageBackend } from '../storage-backend.js';
import { findingsOf } from './findings.js';
import { RightTrials, type RightResult } from './right-result.js';
import type { StorageCheck } from './storage-check.js';

export type { RightResult } from './right-result.js';
export type { FindingCode, StorageCheck, StorageFinding, StorageRight } from './storage-check.js';

export interface CheckOptions {
  readonly clock: Clock;
  /** So many bytes that nobody can guess or compress. */
  readonly random: (bytes: number) => Uint8Array;
  /** Size of the object that is put and read; 8 MiB unless told otherwise. Held in memory twice. */
  readonly bytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const USUAL_BYTES = 8 << 20;
const HEADS = 5;

/**
 * Tries what may be done at a place, and how fast it goes, with one object in a folder `firn-check-…`, which is removed
 * in the end if that is allowed. A right that is missing is a result. Rejects when there is nothing to find out: the
 * login is refused, the host is not trusted, or nobody answers.
 */
export async function checkStorage(storage: StorageBackend, options: CheckOptions): Promise<StorageCheck> {
  const { random, bytes = USUAL_BYTES } = options;
  const folder = `firn-check-${Buffer.from(random(8)).toString('hex')}/`;
  const sent = random(Math.min(bytes, storage.properties.maxObjectSize));
  return new Trial(storage, options, folder, sent).report();
}

class Trial {
  readonly #rights = new RightTrials();
  readonly #key: ObjectKey;
  /** Whether an object may lie there: also after a put of which no answer came. */
  #isPut = false;
  #isPutWhole = false;

  constructor(
    private readonly storage: StorageBackend,
    private readonly options: CheckOptions,
    private readonly folder: ObjectKey,
    private readonly sent: Uint8Array,
  ) {
    this.#key = `${folder}object`;
  }

  async report(): Promise<StorageCheck> {
    const { properties } = this.storage;
    try {
      // Asks before it leaves anything, so that a wrong host ends here.
      await this.#rights.of(() => this.#head());
      const put = await this.#timed(() => this.#put());
      const get = await this.#timed(() => this.#get());
      const range = await this.#rights.of(() => this.#range());
      const heads = await this.#heads();
      const list = await this.#rights.of(() => this.#list());
      const remove = await this.#rights.of(() => this.#remove());
      const rights = {
        ...{ put: put.result, get: get.result, range, list, head: heads.result },
        delete: remove,
      };
      const leftover = this.#isPut ? { key: this.#key, failure: failureOf(remove) } : undefined;
      return {
        ...{ place: properties.place, rights, bytes: this.sent.length, leftover },
        putBytesPerSecond: put.result.state === 'allowed' ? this.#perSecond(put.ms) : undefined,
        getBytesPerSecond:
          get.result.state === 'allowed' && this.#isPutWhole ? this.#perSecond(get.ms) : undefined,
        headMs: heads.ms,
        findings: findingsOf({ rights, leftover }, properties),
      };
    } catch (error) {
      // The check was cut short; what it leaves behind is nobody's.
      if (this.#isPut) await this.storage.remove(this.#key).catch(() => undefined);
      throw error;
    }
  }

  async #put(): Promise<void> {
    this.#isPut = true;
    try {
      await this.storage.put(this.#key, bodyOf(this.sent), this.options.signal);
      this.#isPutWhole = true;
    } catch (error) {
      // Only what gave no clear answer may have left something.
      this.#isPut = !isFailure(error) || error.retry === 'later';
      throw error;
    }
  }

  async #get(): Promise<void> {
    await this.#orMissing(async () => this.#sameAs(this.sent, undefined));
  }

  async #range(): Promise<void> {
    const { properties } = this.storage;
    if (!properties.rangeReads)
      throw new Failure('storage.unsupported', `${properties.place} cannot read ranges`, {
        place: properties.place,
      });
    const range = { start: this.sent.length >> 1, end: this.sent.length };
    await this.#orMissing(() => this.#sameAs(this.sent.subarray(range.start), range));
  }

  async #head(): Promise<void> {
    await this.#orMissing(async () => {
      await this.storage.head(this.#key, this.options.signal);
    });
  }

  /** A small question some times: the first may have to open a connection. */
  async #heads(): Promise<{ readonly result: RightResult; readonly ms: number | undefined }> {
    const times: number[] = [];
    for (let round = 0; round < HEADS; round += 1) {
      const { result, ms } = await this.#timed(() => this.#head());
      if (result.state !== 'allowed') return { result, ms: undefined };
      times.push(ms);
    }
    return { result: { state: 'allowed' }, ms: times.sort((a, b) => a - b)[HEADS >> 1] };
  }

  async #list(): Promise<void> {
    const keys: ObjectKey[] = [];
    for await (const { key } of this.storage.list(this.folder, this.options.signal)) keys.push(key);
    if (!this.#isPutWhole || keys.includes(this.#key)) return;
    throw this.#wrong('storage.unavailable', 'is not listed after it was put');
  }

  async #remove(): Promise<void> {
    await this.storage.remove(this.#key, this.options.signal);
    this.#isPut = false;
  }

  async #sameAs(expected: Uint8Array, range: ByteRange | undefined): Promise<void> {
    const read = await readAll(await this.storage.get(this.#key, range, this.options.signal));
    if (this.#isPutWhole && !read.equals(expected))
      throw this.#wrong('storage.body-mismatch', 'is read otherwise than it was put');
  }

  /** Who may ask, but finds nothing because nothing could be put, is allowed to ask. */
  async #orMissing(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (this.#isPutWhole || !isFailure(error, 'storage.object-missing')) throw error;
    }
  }

  async #timed(act: () => Promise<void>): Promise<{ readonly result: RightResult; readonly ms: number }> {
    const beganMs = this.options.clock.now().getTime();
    const result = await this.#rights.of(act);
    return { result, ms: this.options.clock.now().getTime() - beganMs };
  }

  #perSecond(ms: number): number {
    return Math.round((this.sent.length * 1000) / Math.max(1, ms));
  }

  #wrong(code: 'storage.unavailable' | 'storage.body-mismatch', what: string): Failure {
    const { place } = this.storage.properties;
    return new Failure(code, `object "${this.#key}" at ${place} ${what}`, { place, key: this.#key });
  }
}

function failureOf(result: RightResult): Failure | undefined {
  return result.state === 'allowed' ? undefined : result.failure;
}
