import type { EntryType, Listed } from '#domain';
import { plainListing } from './dumpdir.js';
import type { Member, OpenEntry } from './member-headers.js';
import { safePath } from './member-path.js';
import { BLOCK, checksumAt, padded } from './tar-header.js';

const PAX = 0x78;
const TYPES: Readonly<Partial<Record<number, EntryType>>> = {
  0x30: 'file',
  0x31: 'hardlink',
  0x32: 'symlink',
  0x35: 'directory',
};
const HARD_LINK = 0x31;
const [ZERO, NINE, BLANK, DOT, EQUALS, NEWLINE] = [0x30, 0x39, 0x20, 0x2e, 0x3d, 0x0a];
/** What a name has that is not UTF-8. */
const REPLACEMENT = '\ufffd';
const BILLION = 1_000_000_000n;
/** Every number of so many digits is exact. */
const MOST_DIGITS = 15;

/**
 * Reads the headers that GNU tar writes for almost every member: at most one pax header and one of ustar, in one buffer,
 * of a file, a directory or a link, with names in UTF-8. All else, and all that is wrong, is left to the HeaderCollector,
 * which knows every format and says what is wrong. Where this reads a member, it reads the same as that; what it is for is
 * that it makes no objects but the entry, since there are millions of members.
 */
export class CommonMembers {
  /** Bytes of the headers read last. */
  length = 0;
  readonly #user = new RepeatedText();
  readonly #group = new RepeatedText();
  // What the pax header at hand says; -1 where it says nothing.
  #path = -1;
  #pathEnd = -1;
  #link = -1;
  #linkEnd = -1;
  #size = -1;
  #uid = -1;
  #gid = -1;
  #mtime: bigint | undefined;
  #listing: readonly Listed[] | undefined;

  /** The member whose headers begin at `start`, which is `offset` in the stream, if it is a common one. */
  read(blocks: Buffer, start: number, offset: number): Member | undefined {
    if (blocks.length - start < BLOCK) return undefined;
    this.#forget();
    let at = start;
    if (blocks[at + 156] === PAX) {
      if (!isUstar(blocks, at)) return undefined;
      const size = octal(blocks, at + 124, 12);
      if (size < 0 || blocks.length - at < 2 * BLOCK + padded(size)) return undefined;
      if (!this.#readPax(blocks, at + BLOCK, at + BLOCK + size)) return undefined;
      at += BLOCK + padded(size);
    }
    const member = this.#member(blocks, at, offset);
    this.length = at + BLOCK - start;
    return member;
  }

  #forget(): void {
    this.#path = this.#link = this.#size = this.#uid = this.#gid = -1;
    this.#mtime = this.#listing = undefined;
  }

  #member(blocks: Buffer, at: number, offset: number): Member | undefined {
    const code = blocks[at + 156] as number;
    const type = TYPES[code];
    if (type === undefined || !isUstar(blocks, at)) return undefined;
    const mode = octal(blocks, at + 100, 8);
    const uid = octal(blocks, at + 108, 8);
    const gid = octal(blocks, at + 116, 8);
    const size = octal(blocks, at + 124, 12);
    const mtime = octal(blocks, at + 136, 12);
    const user = this.#user.read(blocks, at + 265, 32);
    const group = this.#group.read(blocks, at + 297, 32);
    const name = this.#path >= 0 ? text(blocks, this.#path, this.#pathEnd) : nameIn(blocks, at);
    if (mode < 0 || uid < 0 || gid < 0 || size < 0 || mtime < 0) return undefined;
    if (name === undefined || user === undefined || group === undefined) return undefined;
    // Archives from before ustar mark directories in this way only.
    if (type === 'file' && name.endsWith('/')) return undefined;
    if (this.#listing && type !== 'directory') return undefined;
    const stored = code === HARD_LINK ? 0 : this.#size >= 0 ? this.#size : size;
    const entry: OpenEntry = {
      path: safePath(name),
      type,
      mode: mode & 0o7777,
      uid: this.#uid >= 0 ? this.#uid : uid,
      gid: this.#gid >= 0 ? this.#gid : gid,
      mtimeNs: this.#mtime ?? BigInt(mtime) * BILLION,
      size: type === 'file' ? stored : 0,
      at: offset,
      span: 0,
    };
    if (user !== '') entry.user = user;
    if (group !== '') entry.group = group;
    if (this.#listing) entry.listing = this.#listing;
    if (type === 'symlink' || type === 'hardlink') {
      const link = this.#link >= 0 ? text(blocks, this.#link, this.#linkEnd) : fieldIn(blocks, at + 157, 100);
      if (link === undefined) return undefined;
      entry.link = type === 'symlink' ? link : safePath(link);
    }
    return { entry, stored, renames: false };
  }

  /** Whether all records are known and right. */
  #readPax(blocks: Buffer, start: number, end: number): boolean {
    for (let at = start; at < end;) {
      const blank = blocks.indexOf(BLANK, at);
      const length = blank < 0 || blank - at > 10 ? -1 : decimal(blocks, at, blank);
      const next = at + length;
      if (length < 0 || next > end || next <= blank + 1 || blocks[next - 1] !== NEWLINE) return false;
      let equals = blank + 1;
      while (equals < next && blocks[equals] !== EQUALS) equals += 1;
      if (equals === next || !this.#take(blocks, blank + 1, equals, next - 1)) return false;
      at = next;
    }
    return true;
  }

  #take(blocks: Buffer, key: number, equals: number, end: number): boolean {
    const value = equals + 1;
    if (is(blocks, key, equals, 'mtime')) {
      this.#mtime = timeNs(blocks, value, end);
      return this.#mtime !== undefined;
    }
    if (is(blocks, key, equals, 'path')) {
      this.#path = value;
      this.#pathEnd = end;
      return true;
    }
    if (is(blocks, key, equals, 'GNU.dumpdir')) {
      this.#listing = plainListing(blocks, value, end);
      return this.#listing !== undefined;
    }
    if (is(blocks, key, equals, 'linkpath')) {
      this.#link = value;
      this.#linkEnd = end;
      return true;
    }
    if (is(blocks, key, equals, 'size')) return (this.#size = decimal(blocks, value, end)) >= 0;
    if (is(blocks, key, equals, 'uid')) return (this.#uid = decimal(blocks, value, end)) >= 0;
    if (is(blocks, key, equals, 'gid')) return (this.#gid = decimal(blocks, value, end)) >= 0;
    // Attributes and ACLs matter to tar alone.
    return is(blocks, key, key + 7, 'SCHILY.');
  }
}

/** Many members in a row have the same owner: a name that comes again is not decoded again. */
class RepeatedText {
  #text = '';

  /** The text of a field that ends with a NUL or is full; `undefined` when it is not ASCII. */
  read(blocks: Buffer, at: number, length: number): string | undefined {
    const known = this.#text;
    let end = 0;
    while (end < known.length && blocks[at + end] === known.charCodeAt(end)) end += 1;
    if (end === known.length && (end === length || blocks[at + end] === 0)) return known;
    for (end = 0; end < length && blocks[at + end] !== 0; end += 1) {
      if ((blocks[at + end] as number) >= 0x80) return undefined;
    }
    this.#text = blocks.toString('latin1', at, at + end);
    return this.#text;
  }
}

function isUstar(blocks: Buffer, at: number): boolean {
  return is(blocks, at + 257, at + 263, 'ustar\0') && octal(blocks, at + 148, 8) === checksumAt(blocks, at);
}

function is(blocks: Buffer, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i += 1) if (blocks[start + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** A field of octal digits with a NUL or a blank behind them, or -1 for any other. */
function octal(blocks: Buffer, start: number, length: number): number {
  let value = 0;
  for (let i = start; i < start + length; i += 1) {
    const byte = blocks[i] as number;
    if (byte === 0 || byte === BLANK) return i > start ? value : -1;
    if (byte < ZERO || byte > 0x37) return -1;
    value = value * 8 + byte - ZERO;
  }
  return -1;
}

function decimal(blocks: Buffer, start: number, end: number): number {
  if (end === start || end - start > MOST_DIGITS) return -1;
  let value = 0;
  for (let i = start; i < end; i += 1) {
    const byte = blocks[i] as number;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

/** Seconds with at most nine decimals. */
function timeNs(blocks: Buffer, start: number, end: number): bigint | undefined {
  let dot = start;
  while (dot < end && blocks[dot] !== DOT) dot += 1;
  const seconds = decimal(blocks, start, dot);
  if (seconds < 0) return undefined;
  if (dot >= end - 1) return BigInt(seconds) * BILLION;
  const decimals = end - dot - 1;
  const fraction = decimals > 9 ? -1 : decimal(blocks, dot + 1, end);
  if (fraction < 0) return undefined;
  return BigInt(seconds) * BILLION + BigInt(fraction * 10 ** (9 - decimals));
}

function nameIn(blocks: Buffer, at: number): string | undefined {
  const name = fieldIn(blocks, at, 100);
  if (blocks[at + 345] === 0) return name;
  const prefix = fieldIn(blocks, at + 345, 155);
  return name === undefined || prefix === undefined ? undefined : `${prefix}/${name}`;
}

function fieldIn(blocks: Buffer, start: number, length: number): string | undefined {
  let end = start;
  while (end < start + length && blocks[end] !== 0) end += 1;
  return text(blocks, start, end);
}

function text(blocks: Buffer, start: number, end: number): string | undefined {
  const decoded = blocks.toString('utf8', start, end);
  return decoded.includes(REPLACEMENT) ? undefined : decoded;
}
