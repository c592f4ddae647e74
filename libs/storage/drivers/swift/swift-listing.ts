import { Failure, z } from '#kernel';
import { isKeyComponent, RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectInfo } from '../../storage-backend.js';
import type { SwiftContainer } from './swift-container.js';
import { answerFailure, contextOf, type About } from './swift-failure.js';
import type { SwiftSession } from './swift-session.js';

/** Names asked for at a time. No Swift allows fewer by default, and more make a slow answer. */
const PAGE = 1000;
const NOTHING = [204, 404];

const pageSchema = z.array(
  z.union([
    z.object({ subdir: z.string() }),
    z.object({ name: z.string(), bytes: z.number(), last_modified: z.string() }),
  ]),
);
type Entry = z.output<typeof pageSchema>[number];

/**
 * Every object below a prefix, in order of keys, which is the order of Swift. What is no key, and so not of Firn, is left
 * out. Memory held: one page.
 */
export async function* objectsBelow(
  session: SwiftSession,
  container: SwiftContainer,
  prefix: string,
  signal?: AbortSignal,
  page?: number,
): AsyncGenerator<ObjectInfo> {
  for await (const entry of entriesBelow(
    session,
    container,
    { prefix: container.nameOf(prefix) },
    signal,
    page,
  )) {
    if ('subdir' in entry) continue;
    const key = container.keyOf(entry.name);
    if (isObject(key)) yield { key, size: entry.bytes, modifiedAt: timeOf(entry.last_modified) };
  }
}

/**
 * Names of the folders below a prefix, in order. Swift orders them with their slashes, so that `b-c/` comes before `b/`;
 * all are read before the first is given. Memory held: all of them.
 */
export async function* foldersBelow(
  session: SwiftSession,
  container: SwiftContainer,
  prefix: string,
  signal?: AbortSignal,
  page?: number,
): AsyncGenerator<string> {
  const query = { prefix: container.nameOf(prefix), delimiter: '/' };
  const names: string[] = [];
  for await (const entry of entriesBelow(session, container, query, signal, page)) {
    if (!('subdir' in entry)) continue;
    const folder = container.keyOf(entry.subdir).slice(0, -1);
    if (isObject(folder)) names.push(folder.slice(prefix.length));
  }
  for (const name of names.sort()) {
    signal?.throwIfAborted();
    yield name;
  }
}

/** What the names in a container that begin with a prefix are, page by page. */
export async function* entriesBelow(
  session: SwiftSession,
  container: SwiftContainer,
  query: Readonly<Record<string, string>>,
  signal?: AbortSignal,
  limit: number = PAGE,
): AsyncGenerator<Entry> {
  for (let marker = ''; ;) {
    const asked = { ...query, format: 'json', limit: String(limit), ...(marker !== '' && { marker }) };
    const about = container.aboutItself;
    const path = container.path(undefined, asked);
    const { answer, text } = await session.ask({ method: 'GET', path, signal, about });
    if (NOTHING.includes(answer.status)) return;
    if (answer.status !== 200) throw answerFailure(answer, text, about);
    const page = pageOf(text, about);
    for (const entry of page) {
      signal?.throwIfAborted();
      yield entry;
    }
    const last = page.at(-1);
    if (!last || page.length < limit) return;
    marker = 'subdir' in last ? last.subdir : last.name;
  }
}

function pageOf(text: string, about: About): Entry[] {
  try {
    return pageSchema.parse(JSON.parse(text));
  } catch (error) {
    const message = `"${about.place}" does not answer with a listing`;
    throw new Failure('storage.unsupported', message, contextOf(about), error);
  }
}

/** Whether it is an object of Firn, and nothing that is unfinished, and nothing of others. */
function isObject(key: string): boolean {
  const components = key.split('/');
  return components[0] !== RESERVED_FOLDER && components.every(isKeyComponent);
}

/** Swift's times are of UTC, and do not say so. */
function timeOf(time: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
}
