import type { Failure } from '#kernel';
import type { MemberHeaders } from './member-headers.js';
import { paxRecords, type PaxRecord } from './pax.js';
import { BLOCK, malformed, padded, readHeader, type TarHeader } from './tar-header.js';

/** Most that the pax header of one member may hold: a directory's is as long as all names in it. */
export const MAX_HEADER_BYTES = 256 << 20;

/** Types of members that only tell about the next one. */
const PAX = 'x';
const SOLARIS_PAX = 'X';
const GLOBAL_PAX = 'g';
const LONG_NAME = 'L';
const LONG_LINK = 'K';
const VOLUME_LABEL = 'V';
const TOLD = new Set([PAX, SOLARIS_PAX, GLOBAL_PAX, LONG_NAME, LONG_LINK, VOLUME_LABEL]);
/** A directory whose data is its listing: GNU's format before pax. */
const DUMPDIR = 'D';
const OLD_SPARSE = 'S';
const CODE_OF_DUMPDIR = DUMPDIR.charCodeAt(0);
const CODE_OF_SPARSE = OLD_SPARSE.charCodeAt(0);

interface Data {
  readonly header: TarHeader;
  readonly block: Buffer;
  readonly at: number;
  /** Made only when the data does not lie in one buffer. */
  buffer: Buffer | undefined;
  filled: number;
}

/** Puts together all that stands before the data of a member. Memory held: those headers, at most 256 MiB. */
export class HeaderCollector {
  #start: number | undefined;
  #global: readonly PaxRecord[] = [];
  #own: readonly PaxRecord[] = [];
  #longName: Buffer | undefined;
  #longLink: Buffer | undefined;
  #data: Data | undefined;
  /** The header of an old sparse file, while blocks of its map follow. */
  #sparse: { readonly header: TarHeader; readonly block: Buffer } | undefined;
  #finished: MemberHeaders | undefined;

  /** Whether the next block belongs to a header of which a part has been read. */
  get isInside(): boolean {
    return this.#data !== undefined || this.#sparse !== undefined;
  }

  /** Whether headers have been read of a member that is still to come. */
  get hasBegun(): boolean {
    return this.#start !== undefined;
  }

  /** Whether the next member is described by nothing but headers that were not read yet. */
  get isFresh(): boolean {
    return this.#start === undefined && this.#global.length === 0 && !this.isInside;
  }

  /** Takes some of the blocks from `at`, which is `offset` in the stream; returns how many bytes. */
  take(blocks: Buffer, at: number, offset: number): number {
    if (this.#data) return this.#takeData(this.#data, blocks, at);
    if (this.#sparse) return this.#takeSparseMap(this.#sparse, blocks, at);
    return this.#takeBlock(blocks.subarray(at, at + BLOCK), offset);
  }

  /** The headers of a member, once, when they are complete. */
  finished(): MemberHeaders | undefined {
    const headers = this.#finished;
    this.#finished = undefined;
    return headers;
  }

  /** Buffers belong to the stream once they are given on, so what is still needed is copied before. */
  keep(): void {
    if (this.#start === undefined) return;
    this.#own = this.#own.map(({ key, value }) => ({ key, value: Buffer.from(value) }));
    if (this.#longName) this.#longName = Buffer.from(this.#longName);
    if (this.#longLink) this.#longLink = Buffer.from(this.#longLink);
  }

  #takeBlock(piece: Buffer, offset: number): number {
    const outlivesPiece = piece[156] === CODE_OF_DUMPDIR || piece[156] === CODE_OF_SPARSE;
    const block = outlivesPiece ? Buffer.from(piece) : piece;
    const header = readHeader(block, offset);
    this.#start ??= offset;
    if (TOLD.has(header.type) || header.type === DUMPDIR) {
      if (header.size > MAX_HEADER_BYTES) throw tooLong(header.size, offset);
      const data = { header, block, at: offset + BLOCK, buffer: undefined, filled: 0 };
      if (header.size > 0) this.#data = data;
      else this.#told(data, Buffer.alloc(0));
    } else if (header.type === OLD_SPARSE && block[482] !== 0) {
      this.#sparse = { header, block };
    } else {
      this.#finish(header, block);
    }
    return BLOCK;
  }

  #takeData(data: Data, blocks: Buffer, at: number): number {
    const { size } = data.header;
    const length = Math.min(padded(size) - data.filled, blocks.length - at);
    if (length === padded(size)) {
      this.#data = undefined;
      this.#told(data, blocks.subarray(at, at + size));
      return length;
    }
    data.buffer ??= Buffer.allocUnsafeSlow(padded(size));
    blocks.copy(data.buffer, data.filled, at, at + length);
    data.filled += length;
    if (data.filled === data.buffer.length) {
      this.#data = undefined;
      this.#told(data, data.buffer.subarray(0, size));
    }
    return length;
  }

  #takeSparseMap(
    { header, block }: { header: TarHeader; block: Buffer },
    blocks: Buffer,
    at: number,
  ): number {
    if (blocks[at + 504] === 0) {
      this.#sparse = undefined;
      this.#finish(header, block);
    }
    return BLOCK;
  }

  #told({ header, block, at }: Data, value: Buffer): void {
    switch (header.type) {
      case PAX:
      case SOLARIS_PAX:
        this.#own = paxRecords(value, at);
        break;
      case GLOBAL_PAX:
        this.#global = paxRecords(Buffer.from(value), at);
        break;
      case LONG_NAME:
        this.#longName = withoutNul(value);
        break;
      case LONG_LINK:
        this.#longLink = withoutNul(value);
        break;
      case DUMPDIR:
        this.#own = [...this.#own, { key: 'GNU.dumpdir', value }];
        this.#finish({ ...header, size: 0 }, block);
    }
  }

  #finish(header: TarHeader, block: Buffer): void {
    this.#finished = {
      at: this.#start ?? 0,
      header,
      block,
      pax: this.#global.length > 0 ? [...this.#global, ...this.#own] : this.#own,
      ...(this.#longName && { longName: this.#longName }),
      ...(this.#longLink && { longLink: this.#longLink }),
    };
    this.#start = undefined;
    this.#own = [];
    this.#longName = this.#longLink = undefined;
  }
}

function withoutNul(value: Buffer): Buffer {
  const end = value.indexOf(0);
  return end < 0 ? value : value.subarray(0, end);
}

function tooLong(size: number, at: number): Failure {
  return malformed(at, `a header of ${size} bytes is longer than the ${MAX_HEADER_BYTES} that are read`);
}
