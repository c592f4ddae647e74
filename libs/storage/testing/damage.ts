import type { Readable } from 'node:stream';
import type { Failure } from '#kernel';
import { bodyOf } from '../body.js';
import { readAll } from '../read-all.js';
import { relay } from '../decorators/relay.js';
import type { ObjectInfo, ObjectKey, RewindableBody } from '../storage-backend.js';
import type { ScriptedFault } from './scripted-fault.js';

/** What a storage would have been given if the line had broken after `keep` bytes. */
export async function shortBody(body: RewindableBody, keep: number): Promise<RewindableBody> {
  return bodyOf((await readAll(body.open())).subarray(0, keep));
}

export function damagedBytes(stream: Readable, fault: ScriptedFault, failure: Failure): Readable {
  const bytes = stream as AsyncIterable<Buffer>;
  const stop = () => void stream.destroy();
  switch (fault.does) {
    case 'flip-byte':
      return relay(withFlippedByte(bytes, fault.at), stop);
    case 'truncate':
      return relay(firstBytes(bytes, fault.keep), stop);
    case 'break':
      return relay(firstBytes(bytes, fault.after, fault.failure ?? failure), stop);
    default:
      return stream;
  }
}

/** The first `count` items, and then the failure. */
export async function* unbroken<T>(
  source: AsyncIterable<T>,
  count: number,
  failure: Failure | undefined,
): AsyncGenerator<T> {
  let left = count;
  for await (const item of source) {
    if (left === 0) break;
    left -= 1;
    yield item;
  }
  if (failure) throw failure;
}

export async function* without(
  objects: AsyncIterable<ObjectInfo>,
  hidden: ReadonlySet<ObjectKey>,
): AsyncGenerator<ObjectInfo> {
  for await (const object of objects) if (!hidden.has(object.key)) yield object;
}

export async function* folderNames(
  prefix: ObjectKey,
  objects: AsyncIterable<ObjectInfo>,
): AsyncGenerator<string> {
  const names = new Set<string>();
  for await (const { key } of objects) {
    const [name, ...rest] = key.slice(prefix.length).split('/');
    if (name !== undefined && rest.length > 0) names.add(name);
  }
  yield* [...names].sort();
}

async function* withFlippedByte(bytes: AsyncIterable<Buffer>, at: number): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of bytes) {
    const copy = Buffer.from(chunk);
    const inChunk = at - seen;
    if (inChunk >= 0 && inChunk < copy.length) copy.writeUInt8(copy.readUInt8(inChunk) ^ 0xff, inChunk);
    seen += copy.length;
    yield copy;
  }
}

async function* firstBytes(
  bytes: AsyncIterable<Buffer>,
  count: number,
  failure?: Failure,
): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of bytes) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) break;
  }
  if (failure) throw failure;
}
