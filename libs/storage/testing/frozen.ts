import type { Readable } from 'node:stream';
import { relay } from '../decorators/relay.js';
import type { RewindableBody } from '../storage-backend.js';
import { shortBody } from './damage.js';
import type { ScriptedFault } from './scripted-fault.js';

/** Items until they measure `after` together, then a wait, then the others. */
export async function* frozen<T>(
  source: AsyncIterable<T>,
  sizeOf: (item: T) => number,
  after: number,
  wait: () => Promise<void>,
): AsyncGenerator<T> {
  let seen = 0;
  let hasWaited = false;
  for await (const item of source) {
    seen += sizeOf(item);
    if (!hasWaited && seen > after) {
      hasWaited = true;
      await wait();
    }
    yield item;
  }
}

export function frozenStream(stream: Readable, after: number, wait: () => Promise<void>): Readable {
  const bytes = frozen(stream as AsyncIterable<Buffer>, ({ length }) => length, after, wait);
  return relay(bytes, () => stream.destroy());
}

/** The body as a storage with this fault takes it. */
export async function wrongedBody(
  body: RewindableBody,
  fault: ScriptedFault | undefined,
  wait: () => Promise<void>,
): Promise<RewindableBody> {
  switch (fault?.does) {
    case 'short-write':
      return shortBody(body, fault.keep);
    case 'freeze':
      return { ...body, open: () => frozen(body.open(), ({ length }) => length, fault.after, wait) };
    default:
      return body;
  }
}
