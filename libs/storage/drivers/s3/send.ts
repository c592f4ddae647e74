import { Failure } from '#kernel';
import { untilAborted } from '../../abortable.js';
import { wholeBody } from '../../body.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { Payload, type Digests } from './payload.js';
import type { CallOptions, S3Bucket } from './s3-bucket.js';

/** What a request with a body bears for it. */
export type SentBody = Digests['headers'] & { readonly Body: Payload; readonly ContentLength: number };

/** The pieces of a body as they come, checked for their number, until the call is aborted. */
export function piecesOf(
  key: ObjectKey,
  body: RewindableBody,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  return wholeBody(key, body, untilAborted(body.open(), signal));
}

/**
 * Makes a request with a streamed body. Whatever ends it, body and connection do not live longer than the call. What the
 * body throws is handed on as it is.
 */
export async function send<T>(
  bucket: S3Bucket,
  key: ObjectKey,
  body: { readonly pieces: AsyncIterable<Uint8Array>; readonly size: number; readonly digests: Digests },
  signal: AbortSignal | undefined,
  request: (body: SentBody, options: CallOptions) => Promise<T>,
): Promise<T> {
  const payload = new Payload(body.digests.sha256, body.pieces);
  const stop = new AbortController();
  const broken: unknown[] = [];
  payload.on('error', (error) => {
    broken.push(error);
    stop.abort();
  });
  try {
    const sent = { ...body.digests.headers, Body: payload, ContentLength: body.size };
    const abortSignal = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const answer = await bucket.call(key, signal, () => request(sent, { abortSignal }));
    if (!payload.readableEnded) throw answeredTooEarly(bucket, key);
    return answer;
  } catch (error) {
    // A server may refuse in the middle of a body, which must then not go on.
    stop.abort();
    throw broken.length > 0 ? broken[0] : error;
  } finally {
    payload.destroy();
  }
}

function answeredTooEarly({ place }: S3Bucket, key: ObjectKey): Failure {
  const message = `"${place}" said that object "${key}" was stored before it had all bytes`;
  return new Failure('storage.unavailable', message, { place, key });
}
