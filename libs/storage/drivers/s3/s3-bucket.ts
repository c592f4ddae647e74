import type { S3 } from '@aws-sdk/client-s3';
import { Failure, isFailure, type Clock } from '#kernel';
import type { ObjectKey } from '../../storage-backend.js';
import { s3AddressOf } from './s3-address.js';
import { orAborted } from '../../abortable.js';
import { connectS3 } from './s3-client.js';
import { s3Failure } from './s3-failure.js';
import type { S3Parts } from './s3-parts.js';
import { placeOf, type S3Settings } from './s3-settings.js';

/** What the SDK takes beside a request. */
export interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** A folder of a bucket, and the one way in which anything is asked of it. */
export class S3Bucket {
  readonly place: string;
  readonly name: string;
  /** What stands before every key: empty, or a prefix that ends in `/`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly #afterwards = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(
    readonly s3: S3,
    readonly settings: S3Settings,
    { clock }: S3Parts,
  ) {
    this.place = s3AddressOf(settings);
    ({ name: this.name, folder: this.folder } = placeOf(settings.container));
    this.clock = clock;
  }

  static async open(settings: S3Settings, parts: S3Parts): Promise<S3Bucket> {
    return new S3Bucket(await connectS3(settings, parts), settings, parts);
  }

  at(key: ObjectKey): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: this.folder + key };
  }

  /** Throws when calls are no longer taken, or no longer wanted. */
  begin(signal: AbortSignal | undefined): void {
    if (this.#isClosed) {
      throw new Failure('storage.closed', `storage "${this.place}" is closed`, { place: this.place });
    }
    signal?.throwIfAborted();
  }

  /** Runs `act`, which may be one request or more; errors become Failures. Rejects at once when `signal` is aborted. */
  async call<T>(
    key: ObjectKey,
    signal: AbortSignal | undefined,
    act: (options: CallOptions) => Promise<T>,
  ): Promise<T> {
    this.begin(signal);
    try {
      return await orAborted(act(signal ? { abortSignal: signal } : {}), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.failure(error, key);
    }
  }

  /** The same, or `undefined` when it fails with one of `codes`. */
  async unless<T>(codes: readonly Failure['code'][], answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (isFailure(error, ...codes)) return undefined;
      throw error;
    }
  }

  failure(error: unknown, key: ObjectKey): Error {
    const { settings, place, name } = this;
    return s3Failure(error, {
      place,
      key,
      bucket: name,
      region: settings.region,
      timeoutSeconds: settings.timeoutSeconds,
      now: this.clock.now(),
    });
  }

  missing(key: ObjectKey): Failure {
    const message = `there is no object "${key}" in "${this.place}"`;
    return new Failure('storage.object-missing', message, { place: this.place, key });
  }

  taken(key: ObjectKey): Failure {
    const message = `there is already an object "${key}" in "${this.place}"`;
    return new Failure('storage.object-exists', message, { place: this.place, key });
  }

  /** Goes on with what a call leaves to be cleared up, without holding it up; nobody hears how it ends. */
  afterwards(act: () => Promise<unknown>): void {
    const ended = act()
      .catch(() => undefined)
      .finally(() => this.#afterwards.delete(ended));
    this.#afterwards.add(ended);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await Promise.all(this.#afterwards);
    this.#isClosed = true;
    this.s3.destroy();
  }
}
