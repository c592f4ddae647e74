import type { FileHandle } from 'node:fs/promises';
import { Failure } from '#kernel';

/**
 * What a GNU tar snapshot file (format 2, `--listed-incremental`) is shown to, and what decides about it. The file is
 *
 *     GNU tar-<version>-2\n <sec>\0 <nsec>\0
 *     { <nfs 0|1>\0 <mtime sec>\0 <nsec>\0 <device>\0 <inode>\0 <name>\0 { <Y|N|D><name>\0 }* \0 \0 }*
 *
 * Names are shown where they lie, since a file has millions of them; the bytes are good until the call returns.
 */
export interface SnapshotVisitor {
  /** When the dump began; returns the time to write in its place. */
  head?(timeNs: bigint): bigint;
  /** Whether it stays. Of one that does not, no names are shown, and none are kept. */
  directory(directory: SnapshotDirectory): boolean;
  /** Whether the code and the name from `start` to `end` stay. */
  name(bytes: Buffer, start: number, end: number): boolean;
}

export interface SnapshotDirectory {
  /** `.`, `./a`, `./a/b`: bytes as they are on disk. */
  readonly name: Buffer;
  /** Decimal digits. */
  readonly inode: string;
}

const HEAD = /^GNU tar-[\w.~+-]+-2$/;
const [Y, N, D] = [0x59, 0x4e, 0x44];
const [MINUS, ZERO, NINE] = [0x2d, 0x30, 0x39];
const MOST_DIGITS = 20;
/** Fields of a directory before its name. */
const NUMBERS = 5;
const LONGEST_FIELD = 64 << 10;
const BILLION = 1_000_000_000n;
const NOTHING = Buffer.alloc(0);

/**
 * Shows a snapshot file, and writes what stays of it. Rejects with `engine.state-malformed` when it is none or breaks off.
 * Memory held: two buffers of the source.
 */
export async function rewriteSnapshot(
  bytes: AsyncIterable<Uint8Array>,
  to: FileHandle,
  visitor: SnapshotVisitor,
): Promise<void> {
  const reader = new SnapshotReader(visitor);
  for await (const piece of bytes) await to.writeFile(Buffer.concat(reader.push(piece)));
  reader.finish();
}

/**
 * Copies a snapshot file with another time; of the rest nothing is looked at. Rejects with `engine.state-malformed` when it
 * does not begin like one.
 */
export async function copySnapshot(
  bytes: AsyncIterable<Uint8Array>,
  to: FileHandle,
  head: (timeNs: bigint) => bigint,
): Promise<void> {
  let isHeadDone = false;
  const reader = new SnapshotReader({
    head: (timeNs) => {
      isHeadDone = true;
      return head(timeNs);
    },
    directory: () => true,
    name: () => true,
  });
  for await (const piece of bytes) {
    if (isHeadDone) {
      await to.writeFile(piece);
    } else {
      const copied = reader.push(piece);
      await to.writeFile(Buffer.concat(isHeadDone ? [...copied, reader.rest] : copied));
    }
  }
  if (!isHeadDone) reader.finish();
}

/** Goes through a snapshot file piece by piece. */
export class SnapshotReader {
  /** What has begun and is not whole. */
  #rest: Buffer = NOTHING;
  #place: 'writer' | 'time' | 'between' | 'names' | 'end' = 'writer';
  #isKept = true;
  #kept: Buffer[] = [];
  /** Where in the data what stays, and is not among the kept, begins. */
  #from = 0;

  constructor(private readonly visitor: SnapshotVisitor) {}

  /** Returns what stays of all that was read by now and was not returned yet; it may lie in the piece. */
  push(piece: Uint8Array): readonly Buffer[] {
    const data =
      this.#rest.length > 0
        ? Buffer.concat([this.#rest, piece])
        : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#kept = [];
    this.#from = 0;
    const end = this.#read(data);
    this.#keepUntil(data, end);
    if (data.length - end > LONGEST_FIELD) throw malformed('a field is too long');
    // A copy, so that it outlives the caller's buffer.
    this.#rest = Buffer.from(data.subarray(end));
    return this.#kept;
  }

  /** What was read and neither shown nor returned, since it is not whole. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** To be called at the end of the file. */
  finish(): void {
    if (this.#place === 'writer' || this.#place === 'time') throw malformed('it has no time');
    if (this.#place !== 'between' || this.#rest.length > 0) throw malformed('it breaks off');
  }

  /** Reads as much as is whole; returns where that ends. */
  #read(data: Buffer): number {
    for (let at = 0; ;) {
      const next = this.#place === 'names' ? this.#readNames(data, at) : this.#readOther(data, at);
      if (next === at) return at;
      at = next;
    }
  }

  #readOther(data: Buffer, at: number): number {
    switch (this.#place) {
      case 'writer':
        return this.#readWriter(data);
      case 'time':
        return this.#readTime(data, at);
      case 'end':
        return this.#readEnd(data, at);
      default:
        return this.#readDirectory(data, at);
    }
  }

  #readWriter(data: Buffer): number {
    const end = data.indexOf('\n');
    if (end < 0 && data.length < 100) return 0;
    if (!HEAD.test(data.toString('latin1', 0, Math.max(0, end))))
      throw malformed('it does not begin like one of format 2');
    this.#place = 'time';
    return end + 1;
  }

  #readTime(data: Buffer, at: number): number {
    const middle = endOfNumber(data, at);
    const end = middle < 0 ? -1 : endOfNumber(data, middle + 1);
    if (end < 0) return at;
    const read = BigInt(textIn(data, at, middle)) * BILLION + BigInt(textIn(data, middle + 1, end));
    const timeNs = this.visitor.head?.(read) ?? read;
    if (timeNs !== read) {
      this.#cut(data, at, end + 1);
      this.#kept.push(Buffer.from(`${timeNs / BILLION}\0${timeNs % BILLION}\0`));
    }
    this.#place = 'between';
    return end + 1;
  }

  #readDirectory(data: Buffer, start: number): number {
    let at = start;
    let inode = start;
    for (let field = 0; field < NUMBERS; field += 1) {
      const end = endOfNumber(data, at);
      if (end < 0) return start;
      inode = at;
      at = end + 1;
    }
    const end = data.indexOf(0, at);
    if (end < 0) return start;
    if (end === at) throw malformed('a directory has no name');
    const name = data.subarray(at, end);
    this.#isKept = this.visitor.directory({ name, inode: textIn(data, inode, at - 1) });
    if (!this.#isKept) this.#cut(data, start, end + 1);
    this.#place = 'names';
    return end + 1;
  }

  /** Names are by far the most of a file, and short: a plain loop is faster than a search for each. */
  #readNames(data: Buffer, start: number): number {
    const { length } = data;
    let from = start;
    for (let at = start; at < length; at += 1) {
      if (data[at] !== 0) continue;
      if (at === from) {
        this.#place = 'end';
        if (!this.#isKept) this.#cut(data, from, at + 1);
        return at + 1;
      }
      const code = data[from];
      if (at - from < 2 || (code !== N && code !== Y && code !== D)) throw malformed('a name has no code');
      if (!this.#isKept || !this.visitor.name(data, from, at)) this.#cut(data, from, at + 1);
      from = at + 1;
    }
    return from;
  }

  #readEnd(data: Buffer, at: number): number {
    if (at === data.length) return at;
    if (data[at] !== 0) throw malformed('a directory does not end');
    if (!this.#isKept) this.#cut(data, at, at + 1);
    this.#isKept = true;
    this.#place = 'between';
    return at + 1;
  }

  #cut(data: Buffer, start: number, end: number): void {
    this.#keepUntil(data, start);
    this.#from = end;
  }

  #keepUntil(data: Buffer, end: number): void {
    if (end > this.#from) this.#kept.push(data.subarray(this.#from, end));
    this.#from = end;
  }
}

/** The beginning of a snapshot file. */
export function snapshotHead(timeNs: bigint): Buffer {
  return Buffer.from(`GNU tar-1.34-2\n${timeNs / BILLION}\0${timeNs % BILLION}\0`);
}

/** A directory in a snapshot file, with nothing in it. */
export function emptySnapshotDirectory(numbers: readonly bigint[], name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${numbers.join('\0')}\0`), name, Buffer.alloc(3)]);
}

/** Where the number that begins at `start` ends, or -1 when that is not among the data. */
function endOfNumber(data: Buffer, start: number): number {
  const { length } = data;
  const first = data[start] === MINUS ? start + 1 : start;
  for (let at = first; at < length; at += 1) {
    const byte = data[at] as number;
    if (byte === 0 && at > first) return at;
    if (byte < ZERO || byte > NINE || at - first === MOST_DIGITS) throw malformed('a number is none');
  }
  return -1;
}

function textIn(data: Buffer, start: number, end: number): string {
  return data.toString('latin1', start, end);
}

function malformed(what: string): Failure {
  return new Failure(
    'engine.state-malformed',
    `the state of the last backup is no snapshot file of GNU tar: ${what}`,
  );
}
