import { isFailure } from '#kernel';
import { RESERVED_FOLDER } from '../../object-key.js';
import { digestsOf } from './payload.js';
import type { ObjectLock } from './object-lock.js';
import { PutCondition } from './put-condition.js';
import type { S3Bucket } from './s3-bucket.js';
import { S3Leftovers } from './s3-leftovers.js';
import { newObjectHeaders } from './s3-object-settings.js';
import { send } from './send.js';

/** An object that every first put tries to put once more. */
const PROBE_KEY = `${RESERVED_FOLDER}/put-once`;

/**
 * What is done and found out once, before the first put: the bucket is made if that is wished, a lock that was asked for
 * is possible, what killed processes left is swept, and whether the server itself refuses to overwrite.
 */
export class S3Preparation {
  readonly condition = new PutCondition();
  readonly leftovers: S3Leftovers;
  #ready: Promise<void> | undefined;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly lock: ObjectLock,
  ) {
    this.leftovers = new S3Leftovers(bucket);
  }

  /** Once is enough, unless it failed. All puts wait for it, so none of them may abort it. */
  ready(): Promise<void> {
    return (this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    }));
  }

  async #prepare(): Promise<void> {
    if (this.bucket.settings.createBucket) await this.#makeBucket();
    if (this.bucket.settings.lockDays !== undefined) await this.lock.assertPossible();
    await this.#learnCondition();
    await this.leftovers.sweep();
  }

  async #makeBucket(): Promise<void> {
    const { bucket } = this;
    const Bucket = bucket.name;
    const isThere = bucket.call('', undefined, () => bucket.s3.headBucket({ Bucket }));
    const missing = ['storage.object-missing', 'storage.container-missing'] as const;
    // Who may not look may still put.
    const denied = ['storage.access-denied', 'storage.unsupported'] as const;
    try {
      await bucket.unless(denied, isThere);
    } catch (error) {
      if (!isFailure(error, ...missing)) throw error;
      const request = { Bucket, ...(bucket.settings.lockDays && { ObjectLockEnabledForBucket: true }) };
      await bucket.call('', undefined, () =>
        bucket.s3.createBucket(request).catch((refused: Error) => {
          if (refused.name !== 'BucketAlreadyOwnedByYou') throw refused;
        }),
      );
    }
  }

  async #learnCondition(): Promise<void> {
    const { condition } = this;
    try {
      // The first may be the one that makes it; if the second succeeds too, the server does not heed the condition.
      await this.#probe();
      await this.#probe();
      condition.ignored();
    } catch (error) {
      if (isFailure(error, 'storage.object-exists')) condition.honoured();
      else if (isFailure(error, 'storage.unsupported')) condition.refused();
      else if (!isFailure(error, 'storage.access-denied', 'storage.object-held')) throw error;
    }
  }

  async #probe(): Promise<void> {
    const { bucket } = this;
    const { lockDays: _, ...settings } = bucket.settings;
    const nothing = async function* (): AsyncGenerator<Uint8Array> {};
    const digests = await digestsOf(settings.checksum, nothing());
    const headers = { ...newObjectHeaders(settings, bucket.clock.now()), ...PutCondition.headers };
    await send(bucket, PROBE_KEY, { pieces: nothing(), size: 0, digests }, undefined, (sent, options) =>
      bucket.s3.putObject({ ...bucket.at(PROBE_KEY), ...headers, ...sent }, options),
    );
  }
}
