import { closeSync, constants, openSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Where two files differ first: the byte each has there, `undefined` behind its end. */
export interface ContentDifference {
  readonly at: number;
  readonly left: number | undefined;
  readonly right: number | undefined;
}

// A file may have become a FIFO or a symlink since it was looked at; opening must neither hang nor follow.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Up to here, reading at once is quicker than any waiting for it. */
const SMALL_BYTES = 64 << 10;
const BUFFER_BYTES = 1 << 20;

/** Compares the content of files, each read once. Memory held: two buffers of 1 MiB. */
export class ContentComparison {
  readonly #left = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #right = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  /** `size` is what both files are expected to have. Rejects with the error of the file system. */
  async difference(left: Buffer, right: Buffer, size: number): Promise<ContentDifference | undefined> {
    return size <= SMALL_BYTES ? this.#small(left, right) : await this.#large(left, right);
  }

  #small(left: Buffer, right: Buffer): ContentDifference | undefined {
    const a = this.#left.subarray(0, readStart(left, this.#left));
    const b = this.#right.subarray(0, readStart(right, this.#right));
    return firstDifference(a, b, 0);
  }

  async #large(left: Buffer, right: Buffer): Promise<ContentDifference | undefined> {
    const a = await open(left, FLAGS);
    try {
      const b = await open(right, FLAGS);
      try {
        return await this.#handles(a, b);
      } finally {
        await b.close();
      }
    } finally {
      await a.close();
    }
  }

  async #handles(a: FileHandle, b: FileHandle): Promise<ContentDifference | undefined> {
    for (let at = 0; ; at += BUFFER_BYTES) {
      const [x, y] = await Promise.all([filled(a, this.#left, at), filled(b, this.#right, at)]);
      const found = firstDifference(x, y, at);
      if (found || x.length < BUFFER_BYTES) return found;
    }
  }
}

function readStart(path: Buffer, into: Buffer): number {
  const file = openSync(path, FLAGS);
  try {
    let length = 0;
    while (length < into.length) {
      const read = readSync(file, into, length, into.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return length;
  } finally {
    closeSync(file);
  }
}

async function filled(file: FileHandle, into: Buffer, at: number): Promise<Buffer> {
  let length = 0;
  while (length < into.length) {
    const { bytesRead } = await file.read(into, length, into.length - length, at + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return into.subarray(0, length);
}

function firstDifference(left: Buffer, right: Buffer, offset: number): ContentDifference | undefined {
  if (left.equals(right)) return undefined;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return { at: offset + at, left: left[at], right: right[at] };
}
