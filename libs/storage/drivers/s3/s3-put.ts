import { Failure, isFailure } from '#kernel';
import { orAborted } from '../../abortable.js';
import { KeyTurns } from '../../key-turns.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { S3MultipartPut } from './s3-multipart-put.js';
import { digestsKnown, digestsOf } from './payload.js';
import type { S3Bucket } from './s3-bucket.js';
import { keyHeaders, newObjectHeaders } from './s3-object-settings.js';
import type { S3Preparation } from './s3-preparation.js';
import { piecesOf, send } from './send.js';

const MIB = 1 << 20;
export const MOST_OBJECT_BYTES = 5 * 2 ** 40;
/** Why a look before a put may fail although the put may not. */
const NO_LOOK = ['storage.access-denied', 'storage.login-refused', 'storage.unsupported'] as const;

/**
 * Stores bodies: in one request with the digest of the whole, or, when they are large, in parts. Both are seen whole or
 * not at all. Memory held: some slices of 256 KiB.
 */
export class S3Put {
  readonly #multipart: S3MultipartPut;
  readonly #turns = new KeyTurns();

  constructor(
    private readonly bucket: S3Bucket,
    private readonly preparation: S3Preparation,
  ) {
    this.#multipart = new S3MultipartPut(bucket, preparation.leftovers);
  }

  async put(key: ObjectKey, body: RewindableBody, signal: AbortSignal | undefined): Promise<void> {
    if (body.size > MOST_OBJECT_BYTES) throw this.#tooLarge(key, body);
    await orAborted(this.preparation.ready(), signal);
    // Where nobody but us looks whether a key is taken, two puts of ours must not look at the same time.
    await this.#turns.run(key, () => this.#put(key, body, signal), signal);
  }

  async #put(key: ObjectKey, body: RewindableBody, signal: AbortSignal | undefined): Promise<void> {
    const { condition } = this.preparation;
    const isMultipart = body.size > this.bucket.settings.partSizeMiB * MIB;
    // The end of a multipart upload is conditional on fewer servers than a simple put.
    if (isMultipart || condition.looksFirst) await this.#refuseTaken(key, signal);
    try {
      await this.#send(key, body, isMultipart, signal);
    } catch (error) {
      const isCondition = isFailure(error, 'storage.unsupported') && error.context['status'] === 501;
      if (!isCondition || !condition.isSent) throw error;
      condition.refused();
      await this.#send(key, body, isMultipart, signal);
    }
  }

  async #send(
    key: ObjectKey,
    body: RewindableBody,
    isMultipart: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { bucket } = this;
    const { headers } = this.preparation.condition;
    if (isMultipart) return this.#multipart.put(key, body, headers, signal);
    const { checksum } = bucket.settings;
    const digests =
      checksum === 'crc32' || checksum === 'md5'
        ? await digestsOf(checksum, piecesOf(key, body, signal))
        : digestsKnown(checksum, body.sha256);
    const pieces = piecesOf(key, body, signal);
    const request = {
      ...bucket.at(key),
      ...newObjectHeaders(bucket.settings, bucket.clock.now()),
      ...headers,
    };
    await send(bucket, key, { pieces, size: body.size, digests }, signal, (sent, options) =>
      bucket.s3.putObject({ ...request, ...sent }, options),
    );
  }

  /** A client that may only add objects may not look; it puts all the same. */
  async #refuseTaken(key: ObjectKey, signal: AbortSignal | undefined): Promise<void> {
    const { bucket } = this;
    const request = { ...bucket.at(key), ...keyHeaders(bucket.settings) };
    const look = bucket.call(key, signal, (options) => bucket.s3.headObject(request, options));
    if (await bucket.unless(['storage.object-missing', ...NO_LOOK], look)) throw bucket.taken(key);
  }

  #tooLarge(key: ObjectKey, { size }: RewindableBody): Failure {
    const { place } = this.bucket;
    const message = `object "${key}" has ${size} bytes, and "${place}" takes at most ${MOST_OBJECT_BYTES}`;
    return new Failure('storage.object-too-large', message, { place, key, size });
  }
}
