import { Failure } from '#kernel';
import type { ObjectKey } from '../../storage-backend.js';
import { orAborted } from '../../abortable.js';
import type { S3Bucket } from './s3-bucket.js';
import { headAnswer } from './s3-read.js';

/** Object lock of a bucket: whether it has one, and removing that respects it. */
export class ObjectLock {
  #isOn: Promise<boolean | undefined> | undefined;

  constructor(private readonly bucket: S3Bucket) {}

  /** Throws `storage.unsupported` when the bucket is known to have no lock; objects would then not be held. */
  async assertPossible(): Promise<void> {
    if ((await this.#state()) !== false) return;
    const { place } = this.bucket;
    const message = `the bucket of "${place}" has no object lock, so nothing in it can be held for lockDays`;
    throw new Failure('storage.unsupported', message, { place, setting: 'lockDays' });
  }

  /** Removes an object. Rejects with `storage.object-held` when it is locked. */
  async remove(key: ObjectKey, signal: AbortSignal | undefined): Promise<void> {
    const { bucket } = this;
    const isOn = (await orAborted(this.#state(), signal)) ?? bucket.settings.lockDays !== undefined;
    // Where there is a lock, a removal without a version succeeds at once and removes nothing: it hides the object.
    const version = isOn ? await this.#freeVersion(key, signal) : {};
    if (!version) return;
    await bucket.unless(
      ['storage.object-missing'],
      bucket.call(key, signal, (options) =>
        bucket.s3.deleteObject({ ...bucket.at(key), ...version }, options),
      ),
    );
  }

  /** The version of an object that is there and not held. */
  async #freeVersion(
    key: ObjectKey,
    signal: AbortSignal | undefined,
  ): Promise<{ VersionId?: string } | undefined> {
    const { bucket } = this;
    const found = await bucket.unless(['storage.object-missing'], headAnswer(bucket, key, signal));
    if (!found) return undefined;
    const { ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold, VersionId } = found;
    if (hold === 'ON') throw this.#held(key, 'by a legal hold');
    if (until && until > bucket.clock.now()) throw this.#held(key, `until ${until.toISOString()}`, until);
    return VersionId === undefined ? {} : { VersionId };
  }

  /** Asked once. `undefined` when we may not know. */
  #state(): Promise<boolean | undefined> {
    return (this.#isOn ??= this.#ask().catch((error: unknown) => {
      this.#isOn = undefined;
      throw error;
    }));
  }

  async #ask(): Promise<boolean | undefined> {
    const { bucket } = this;
    const Bucket = bucket.name;
    const denied = Symbol('denied');
    const none = ['storage.object-missing', 'storage.container-missing', 'storage.unsupported'] as const;
    const asked = bucket.call('', undefined, () => bucket.s3.getObjectLockConfiguration({ Bucket }));
    const answer = await bucket.unless(
      none,
      asked.catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'storage.access-denied') return denied;
        throw error;
      }),
    );
    if (answer === denied) return undefined;
    return typeof answer === 'object' && answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  }

  #held(key: ObjectKey, how: string, until?: Date): Failure {
    const { place } = this.bucket;
    const message = `object "${key}" in "${place}" is held ${how}`;
    return new Failure('storage.object-held', message, { place, key, ...(until && { until }) });
  }
}
