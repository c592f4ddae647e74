import type { Readable } from 'node:stream';
import { isFailure } from '#kernel';
import { assertKey, assertPrefix } from '../../object-key.js';
import type {
  ByteRange,
  ObjectInfo,
  ObjectKey,
  RewindableBody,
  StorageBackend,
  StorageProperties,
} from '../../storage-backend.js';
import { ObjectLock } from './object-lock.js';
import { S3Bucket } from './s3-bucket.js';
import { foldersBelow, objectsBelow } from './s3-listing.js';
import type { S3Parts } from './s3-parts.js';
import { S3Preparation } from './s3-preparation.js';
import { MOST_OBJECT_BYTES, S3Put } from './s3-put.js';
import { getObject, headObject } from './s3-read.js';
import type { S3Settings } from './s3-settings.js';

/** Opens a bucket; it is first asked something by the first call. Rejects when `caFile` holds no certificates. */
export async function openS3Storage(settings: S3Settings, parts: S3Parts): Promise<StorageBackend> {
  return new S3Storage(await S3Bucket.open(settings, parts));
}

class S3Storage implements StorageBackend {
  readonly properties: StorageProperties;
  readonly #lock: ObjectLock;
  readonly #put: S3Put;

  constructor(private readonly bucket: S3Bucket) {
    this.properties = {
      ...{ connections: bucket.settings.connections, atomicPut: true, rangeReads: true },
      maxObjectSize: MOST_OBJECT_BYTES,
      place: bucket.place,
    };
    this.#lock = new ObjectLock(bucket);
    this.#put = new S3Put(bucket, new S3Preparation(bucket, this.#lock));
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(key, signal);
    await this.#put.put(key, body, signal);
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    this.#begin(key, signal);
    const { bucket } = this;
    try {
      return await getObject(bucket, key, range, signal);
    } catch (error) {
      throw this.#isYetToBeMade(error) ? bucket.missing(key) : error;
    }
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    this.#begin(key, signal);
    return headObject(this.bucket, key, signal);
  }

  async *list(prefix: ObjectKey, signal?: AbortSignal): AsyncGenerator<ObjectInfo> {
    this.bucket.begin(signal);
    assertPrefix(prefix);
    yield* objectsBelow(this.bucket, prefix, signal);
  }

  async *folders(prefix: ObjectKey, signal?: AbortSignal): AsyncGenerator<string> {
    this.bucket.begin(signal);
    assertPrefix(prefix);
    yield* await foldersBelow(this.bucket, prefix, signal);
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    this.#begin(key, signal);
    try {
      await this.#lock.remove(key, signal);
    } catch (error) {
      if (!this.#isYetToBeMade(error)) throw error;
    }
  }

  close(): Promise<void> {
    return this.bucket.close();
  }

  #begin(key: ObjectKey, signal: AbortSignal | undefined): void {
    this.bucket.begin(signal);
    assertKey(key);
  }

  /** A bucket that the first put will make is empty until then. */
  #isYetToBeMade(error: unknown): boolean {
    return this.bucket.settings.createBucket && isFailure(error, 'storage.container-missing');
  }
}
