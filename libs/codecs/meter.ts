import { createHash } from 'node:crypto';
import { invariant } from '#kernel';

export interface Measure {
  /** Bytes that passed. */
  readonly size: number;
  /** Of all of them, hex. */
  readonly sha256: string;
}

export interface Meter {
  add(bytes: Uint8Array): void;
  /** Of what has passed so far; more may follow. */
  result(): Measure;
}

/** Counts and hashes bytes. Memory held: none of them. */
export function meter(): Meter {
  const hash = createHash('sha256');
  let size = 0;
  return {
    add: (bytes) => {
      size += bytes.length;
      hash.update(bytes);
    },
    result: () => ({ size, sha256: hash.copy().digest('hex') }),
  };
}

export interface Metered {
  /** What the source gives, to be read once. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Of the whole source; to be asked for when all of it has been read. */
  result(): Measure;
}

/** A source that is measured on its way. */
export function meterOf(source: AsyncIterable<Uint8Array>): Metered {
  const measuring = meter();
  let ended = false;
  async function* passing(): AsyncGenerator<Buffer> {
    for await (const bytes of source) {
      measuring.add(bytes);
      yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    ended = true;
  }
  const result = () => {
    invariant(ended, 'a metered source is read to its end before it is asked for its measure');
    return measuring.result();
  };
  return { bytes: passing(), result };
}
