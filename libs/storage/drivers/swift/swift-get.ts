import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { Failure } from '#kernel';
import { stoppedBy } from '../../abortable.js';
import { rangeWithin } from '../../byte-range.js';
import type { ByteRange, ObjectKey } from '../../storage-backend.js';
import { EtagDigest, plainEtag } from './etag-digest.js';
import { DYNAMIC_HEADER, PART_SIZE_HEADER, STATIC_HEADER } from './large-object.js';
import type { SwiftContainer } from './swift-container.js';
import { answerFailure, contextOf, transportFailure, type About } from './swift-failure.js';
import type { HttpAnswer } from './swift-http.js';
import type { SwiftSession } from './swift-session.js';

const READ_AHEAD_BYTES = 1 << 20;
const WHOLE = 200;
const RANGE = 206;
const NO_SUCH_RANGE = 416;

/** The bytes of an object, or of a range of it that begins before it ends. */
export async function getObject(
  session: SwiftSession,
  container: SwiftContainer,
  key: ObjectKey,
  range: ByteRange | undefined,
  signal?: AbortSignal,
): Promise<Readable> {
  const about = container.about(key);
  const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end - 1}` } : {};
  const path = container.path(container.nameOf(key));
  const call = { method: 'GET', path, headers, signal, about } as const;
  const { answer, text } = await session.stream(call, WHOLE, RANGE);
  if (answer.status === NO_SUCH_RANGE) rangeWithin(range, sizeIn(answer), key);
  if (text !== undefined) throw answerFailure(answer, text, about);
  try {
    const isWhole = answer.status === WHOLE;
    const size = isWhole ? Number(answer.header('content-length')) : sizeIn(answer);
    const { start, end } = rangeWithin(range, size, key);
    if (isWhole && end - start !== size) throw noRanges(about);
    const digest = isWhole ? digestOf(answer) : undefined;
    return stoppedBy(signal, new CheckedStream(answer.body, end - start, about, digest));
  } catch (error) {
    answer.body.on('error', () => undefined).destroy();
    throw error;
  }
}

interface Expected {
  readonly etag: string;
  readonly digest: EtagDigest;
}

/** The digest that the ETag is one of; none when nobody knows of which bytes it is. */
function digestOf(answer: HttpAnswer): Expected | undefined {
  const etag = plainEtag(answer.header('etag'));
  if (etag === undefined || answer.header(DYNAMIC_HEADER) !== undefined) return undefined;
  if (answer.header(STATIC_HEADER) === undefined) return { etag, digest: new EtagDigest() };
  const partSize = Number(answer.header(PART_SIZE_HEADER));
  return partSize > 0 ? { etag, digest: new EtagDigest(partSize) } : undefined;
}

/** The bytes of an answer, which fails unless they are as many as it promised, and those it promised. */
class CheckedStream extends Transform {
  #seen = 0;

  constructor(
    private readonly source: Readable,
    private readonly size: number,
    private readonly about: About,
    private readonly expected: Expected | undefined,
  ) {
    super({ highWaterMark: READ_AHEAD_BYTES });
    source.on('error', (error) => this.destroy(transportFailure(error, about)));
    source.pipe(this);
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seen += piece.length;
    this.expected?.digest.update(piece);
    done(null, piece);
  }

  override _flush(done: TransformCallback): void {
    const { expected, size } = this;
    if (this.#seen !== size) return done(this.#broken(`broke off at byte ${this.#seen} of ${size}`));
    const etag = expected?.digest.etag();
    done(etag === expected?.etag ? null : this.#broken('came with other bytes than those stored'));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.source.destroy();
    done(error);
  }

  #broken(what: string): Failure {
    const { thing, place } = this.about;
    return new Failure('storage.unavailable', `${thing} of "${place}" ${what}`, contextOf(this.about));
  }
}

/** Of `bytes 0-9/100`, or of the `bytes * /100` of a refusal. */
function sizeIn(answer: HttpAnswer): number {
  return Number(answer.header('content-range')?.split('/')[1]);
}

function noRanges(about: About): Failure {
  const message = `"${about.place}" gives no ranges of objects`;
  return new Failure('storage.unsupported', message, contextOf(about));
}
