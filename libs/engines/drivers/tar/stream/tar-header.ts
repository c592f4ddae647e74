import { Failure } from '#kernel';

export const BLOCK = 512;

/** One header block, as it stands there: names are still bytes, nothing of pax is applied. */
export interface TarHeader {
  /** Name with its prefix. */
  readonly name: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of data that follow, without padding. */
  readonly size: number;
  /** Whole seconds. */
  readonly mtime: number;
  readonly type: string;
  readonly link: Buffer;
  readonly user: Buffer;
  readonly group: Buffer;
  readonly major: number;
  readonly minor: number;
}

const GNU_MAGIC = 'ustar  \0';
const SLASH = Buffer.from('/');
const NOTHING = Buffer.alloc(0);

/** Reads the 512 bytes at `at` of the stream. Rejects a wrong checksum and bad numbers: `engine.stream-malformed`. */
export function readHeader(block: Buffer, at: number): TarHeader {
  if (checksumAt(block, 0) !== number(block, 148, 8, at))
    throw malformed(at, 'a header does not fit its checksum');
  const magic = block.toString('latin1', 257, 265);
  const ustar = magic.startsWith('ustar');
  // GNU's own header has times where ustar has the prefix, and old headers have nothing from there on.
  const prefix = ustar && magic !== GNU_MAGIC ? field(block, 345, 155) : NOTHING;
  const name = field(block, 0, 100);
  const type = block.toString('latin1', 156, 157);
  const device = ustar && (type === '3' || type === '4');
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, SLASH, name]) : name,
    mode: number(block, 100, 8, at),
    uid: number(block, 108, 8, at),
    gid: number(block, 116, 8, at),
    size: sizeIn(block, 124, at),
    mtime: number(block, 136, 12, at),
    type,
    link: field(block, 157, 100),
    user: ustar ? field(block, 265, 32) : NOTHING,
    group: ustar ? field(block, 297, 32) : NOTHING,
    major: device ? number(block, 329, 8, at) : 0,
    minor: device ? number(block, 337, 8, at) : 0,
  };
}

/** A size or offset of twelve bytes. */
export function sizeIn(block: Buffer, start: number, at: number): number {
  const size = number(block, start, 12, at);
  if (size < 0) throw malformed(at, 'a header has a negative size');
  return size;
}

/** Sets name, size and type of a header and makes its checksum right again; what does not fit is cut. */
export function rewriteHeader(block: Buffer, change: { name: Buffer; size?: number }): Buffer {
  const header = Buffer.from(block);
  header.fill(0, 0, 100);
  change.name.copy(header, 0, 0, 99);
  if (header.toString('latin1', 257, 265) !== GNU_MAGIC) header.fill(0, 345, 500);
  if (change.size !== undefined)
    header.write(`${change.size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  return withChecksum(header);
}

/** A fresh pax header block for `size` bytes of records. */
export function paxHeader(name: Buffer, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write('x', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  return rewriteHeader(header, { name, size });
}

export function isZeroBlock(buffer: Buffer, at: number): boolean {
  // Almost every header begins with a letter, so this is decided by one byte.
  return buffer[at] === 0 && ZEROS.compare(buffer, at, at + BLOCK) === 0;
}

export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

export function malformed(at: number, what: string): Failure {
  return new Failure('engine.stream-malformed', `the tar stream is malformed at offset ${at}: ${what}`, {
    offset: at,
  });
}

const ZEROS = Buffer.alloc(BLOCK);

function withChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  header.write(`${checksumAt(header, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Sum of all bytes of the header at `at`, those of the checksum itself counted as blanks. */
export function checksumAt(blocks: Buffer, at: number): number {
  let sum = 8 * 0x20;
  for (let i = at; i < at + 148; i += 1) sum += blocks[i] as number;
  for (let i = at + 156; i < at + BLOCK; i += 1) sum += blocks[i] as number;
  return sum;
}

function field(block: Buffer, start: number, length: number): Buffer {
  let end = start;
  while (end < start + length && block[end] !== 0) end += 1;
  return block.subarray(start, end);
}

/** Octal digits, or base 256 when the first bit is set. */
function number(block: Buffer, start: number, length: number, at: number): number {
  const first = block[start] as number;
  if (first >= 0x80) return base256(block.subarray(start, start + length), at);
  let i = start;
  const end = start + length;
  while (i < end && block[i] === 0x20) i += 1;
  let value = 0;
  for (; i < end; i += 1) {
    const digit = (block[i] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (i < end && block[i] !== 0 && block[i] !== 0x20)
    throw malformed(at, 'a header has a number that is none');
  return value;
}

function base256(bytes: Buffer, at: number): number {
  const negative = bytes[0] === 0xff;
  let value = negative ? -1n : BigInt((bytes[0] as number) & 0x7f);
  for (const byte of bytes.subarray(1)) value = (value << 8n) + BigInt(byte);
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw malformed(at, 'a header has a number out of range');
  return result;
}
