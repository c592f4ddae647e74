import { Failure } from '#kernel';
import { untilAborted } from '../../abortable.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { EtagDigest, plainEtag } from './etag-digest.js';
import { PartReader } from './part-reader.js';
import type { SwiftContainer } from './swift-container.js';
import { contextOf, putFailure, type About } from './swift-failure.js';
import type { HttpAnswer } from './swift-http.js';
import type { SwiftSession } from './swift-session.js';

/** Makes Swift refuse a put when there is something by this name already. */
export const UNLESS_THERE = { 'if-none-match': '*' };
const MISSING = 404;

/** A stretch of a body on its way to a name. */
export interface Stretch {
  readonly name: string;
  readonly about: About;
  readonly reader: PartReader;
  readonly start: number;
  readonly end: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a stretch and gives its ETag, or throws; an object of other bytes than those sent does not stay. A put that breaks
 * off leaves nothing: Swift shows only what came whole.
 */
export async function sendStretch(
  session: SwiftSession,
  container: SwiftContainer,
  { name, about, reader, start, end, headers, signal }: Stretch,
): Promise<string> {
  let digest = new EtagDigest();
  async function* hashed(over: AbortSignal): AsyncGenerator<Uint8Array> {
    digest = new EtagDigest();
    const unwanted = signal ? AbortSignal.any([signal, over]) : over;
    for await (const piece of untilAborted(reader.part(start, end), unwanted)) {
      digest.update(piece);
      yield piece;
    }
  }
  const { answer, text } = await session.ask({
    ...{ method: 'PUT', path: container.path(name), body: hashed, signal, about },
    headers: {
      ...headers,
      'content-length': String(end - start),
      'content-type': 'application/octet-stream',
    },
  });
  if (answer.status === MISSING) throw container.missing();
  if (answer.status !== 201) throw putFailure(answer, text, about);
  const etag = digest.etag();
  await assertSame(session, container, name, etag, answer, about);
  return etag;
}

/** Removes what was just stored, and throws, when Swift says that it stored other bytes than those sent. */
export async function assertSame(
  session: SwiftSession,
  container: SwiftContainer,
  name: string,
  etag: string,
  answer: HttpAnswer,
  about: About,
): Promise<void> {
  const stored = plainEtag(answer.header('etag'));
  if (stored === undefined || stored === etag) return;
  const path = container.path(name);
  await session.ask({ method: 'DELETE', path, about });
  const message = `${about.thing} came to "${about.place}" with other bytes than those sent`;
  throw new Failure('storage.unavailable', message, { ...contextOf(about), etag, stored });
}

/** An object in one piece. */
export async function putWhole(
  session: SwiftSession,
  container: SwiftContainer,
  key: ObjectKey,
  body: RewindableBody,
  signal?: AbortSignal,
): Promise<void> {
  const reader = new PartReader(key, body);
  const about = container.about(key);
  const name = container.nameOf(key);
  const stretch = { name, about, reader, start: 0, end: body.size, headers: UNLESS_THERE, signal };
  await sendStretch(session, container, stretch);
}
