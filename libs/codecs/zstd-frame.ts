/** What can be read off a Zstandard frame without unpacking it; see RFC 8878, section 3.1.1. */
export interface ZstdFrame {
  /** From the magic number to the end of the last block, or of the checksum behind it. */
  readonly length: number;
  /** As the header has it; not every frame does. */
  readonly plainLength: number | undefined;
  /** What a decompressor must hold to unpack it piece by piece. */
  readonly windowBytes: number;
}

const MAGIC = 0xfd2fb528;
const CHECKSUM_BYTES = 4;
const RLE_BLOCK = 1;

/** The frame at the start of `bytes`. Throws when there is none, or it is not whole. */
export function zstdFrame(bytes: Uint8Array): ZstdFrame {
  const reader = new Reader(bytes);
  if (reader.take(4) !== MAGIC) throw new Error('there is no frame');
  const descriptor = reader.take(1);
  const single = (descriptor & 0x20) !== 0;
  const window = single ? 0 : windowOf(reader.take(1));
  reader.skip([0, 1, 2, 4][descriptor & 3] ?? 0);
  const plainLength = reader.contentSize(descriptor >> 6, single);
  for (let last = false; !last;) {
    const header = reader.take(3);
    last = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    if (kind > 2) throw new Error('it has a block of an unknown kind');
    reader.skip(kind === RLE_BLOCK ? 1 : header >> 3);
  }
  if (descriptor & 4) reader.skip(CHECKSUM_BYTES);
  return { length: reader.at, plainLength, windowBytes: single ? (plainLength ?? 0) : window };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(count: number): void {
    if (this.at + count > this.#bytes.length) throw new Error('it is cut off');
    this.at += count;
  }

  take(count: number): number {
    this.skip(count);
    return count === 0 ? 0 : this.#bytes.readUIntLE(this.at - count, count);
  }

  contentSize(flag: number, single: boolean): number | undefined {
    if (flag === 0) return single ? this.take(1) : undefined;
    // Two bytes count from 256, since what is smaller fits into one.
    if (flag === 1) return this.take(2) + 256;
    if (flag === 2) return this.take(4);
    return this.take(4) + this.take(4) * 2 ** 32;
  }
}
