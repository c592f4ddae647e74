import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { S3Settings } from './s3-settings.js';

const SLICE_BYTES = 256 << 10;

/** What a server is told of the bytes to come, so that it can check and keep it. */
export interface Digests {
  /** Hex. */
  readonly sha256: string;
  /** Base64, under the name that the SDK has for it. */
  readonly headers: Readonly<Partial<Record<'ChecksumSHA256' | 'ChecksumCRC32' | 'ContentMD5', string>>>;
}

/**
 * The bytes of one request, whose SHA-256 is known before the first is sent. Memory held: some slices of 256 KiB, however
 * large the pieces of the source.
 *
 * Slices are copies, because a body may use its buffer again while ours waits for the socket.
 */
export class Payload extends Readable {
  readonly #slices: AsyncGenerator<Buffer>;

  constructor(
    readonly sha256: string,
    pieces: AsyncIterable<Uint8Array>,
  ) {
    super({ highWaterMark: SLICE_BYTES });
    this.#slices = heldBack(slicesOf(pieces));
    // It is looked for by whoever sends it; without a listener it would end the process.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#slices.next().then(
      ({ done, value }) => void this.push(done ? null : value),
      (error: unknown) => void this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // A body that stalls answers nothing, so its end is asked for and not awaited.
    this.#slices.return(undefined).catch(() => undefined);
    callback(error);
  }
}

/** Reads `pieces` to their end for what is to be said of them. */
export async function digestsOf(
  checksum: S3Settings['checksum'],
  pieces: AsyncIterable<Uint8Array>,
): Promise<Digests> {
  const hash = createHash('sha256');
  const md5 = checksum === 'md5' ? createHash('md5') : undefined;
  let crc = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    md5?.update(piece);
    if (checksum === 'crc32') crc = crc32(piece, crc);
  }
  const sha256 = hash.digest('hex');
  if (md5) return { sha256, headers: { ContentMD5: md5.digest('base64') } };
  if (checksum === 'crc32') return { sha256, headers: { ChecksumCRC32: base64OfCrc(crc) } };
  return digestsKnown(checksum, sha256);
}

/** The same when the SHA-256 is known, without reading; `md5` and `crc32` need {@link digestsOf}. */
export function digestsKnown(checksum: S3Settings['checksum'], sha256: string): Digests {
  const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
  return { sha256, headers: checksum === 'sha256' ? { ChecksumSHA256 } : {} };
}

function base64OfCrc(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

async function* slicesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += SLICE_BYTES)
      yield Buffer.from(piece.subarray(at, at + SLICE_BYTES));
  }
}

/** One slice late: a body that is longer than it says must fail before the server has all that it was promised. */
async function* heldBack(slices: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for await (const slice of slices) {
    if (held) yield held;
    held = slice;
  }
  if (held) yield held;
}
