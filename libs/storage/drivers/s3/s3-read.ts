import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { Failure, isFailure } from '#kernel';
import { stoppedBy } from '../../abortable.js';
import { rangeWithin } from '../../byte-range.js';
import type { ByteRange, ObjectInfo, ObjectKey } from '../../storage-backend.js';
import { ObjectStream } from './object-stream.js';
import type { S3Bucket } from './s3-bucket.js';
import { keyHeaders } from './s3-object-settings.js';

/** What an answer to HEAD cannot say, having no body: why it was refused. */
const UNSAID = ['storage.access-denied', 'storage.unsupported', 'storage.address-invalid'] as const;

/** The bytes of an object, or of a range of it. */
export async function getObject(
  bucket: S3Bucket,
  key: ObjectKey,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  if (range && !(range.start >= 0 && range.end > range.start && isWhole(range))) {
    // A server can give no range without bytes, and none at all of an empty object.
    rangeWithin(range, (await headObject(bucket, key, signal)).size, key);
    return Readable.from([]);
  }
  const Range = range && `bytes=${range.start}-${range.end - 1}`;
  return bucket.call(key, signal, async (options) => {
    const request = { ...bucket.at(key), ...keyHeaders(bucket.settings), ...(Range && { Range }) };
    const answer = await bucket.s3.getObject(request, options);
    const body = answer.Body as unknown as Readable;
    try {
      if (range) rangeWithin(range, totalOf(bucket, key, answer.ContentRange), key);
      const size = range ? range.end - range.start : answer.ContentLength;
      return stoppedBy(signal, new ObjectStream(body, size, (error) => bucket.failure(error, key)));
    } catch (error) {
      body.destroy();
      throw error;
    }
  });
}

export async function headObject(
  bucket: S3Bucket,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo> {
  const { ContentLength = 0, LastModified } = await headAnswer(bucket, key, signal);
  return { key, size: ContentLength, modifiedAt: LastModified ?? new Date(0) };
}

/** All that HEAD says. */
export async function headAnswer(
  bucket: S3Bucket,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<HeadObjectCommandOutput> {
  const request = { ...bucket.at(key), ...keyHeaders(bucket.settings) };
  try {
    return await bucket.call(key, signal, (options) => bucket.s3.headObject(request, options));
  } catch (error) {
    if (!isFailure(error, ...UNSAID)) throw error;
    await explainRefusal(bucket, key, signal);
    throw error;
  }
}

/** Asks for the same object with a request that is refused in words. */
async function explainRefusal(
  bucket: S3Bucket,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { ...bucket.at(key), ...keyHeaders(bucket.settings), Range: 'bytes=0-0' };
  const answer = await bucket.unless(
    ['storage.range-invalid'],
    bucket.call(key, signal, (options) => bucket.s3.getObject(request, options)),
  );
  (answer?.Body as unknown as Readable | undefined)?.destroy();
}

function totalOf(bucket: S3Bucket, key: ObjectKey, contentRange: string | undefined): number {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  if (total !== undefined) return Number(total);
  const message = `"${bucket.place}" gives no ranges of objects`;
  throw new Failure('storage.unsupported', message, { place: bucket.place, key });
}

function isWhole({ start, end }: ByteRange): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end);
}
