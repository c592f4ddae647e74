import { Failure, invariant, type BackupId, type ContainerId } from '#kernel';
import type { CodecName } from '#codecs';
import type { StreamName } from '../keys/data-key.js';

/**
 * A frame is the unit of compression, sealing, verification and random access. On storage it is
 *
 *     header (24 bytes) · body (as long as the header says) · tag (16 bytes)
 *
 * The numbers in this file are the format; see `docs/format.md`.
 */

export const HEADER_BYTES = 24;
export const TAG_BYTES = 16;
/** What a frame needs besides its body. */
export const FRAME_OVERHEAD = HEADER_BYTES + TAG_BYTES;
/** No writer makes larger frames; a reader refuses them, so that a forged length takes no memory. */
export const MAX_PLAIN = 16 * 1024 * 1024;

const MAGIC = 0x314e5246; // "FRN1", little endian
/** What every frame begins with. */
export const FRAME_MARK = Buffer.from('FRN1', 'latin1');
const CODEC_NUMBERS = { none: 0, zstd: 1, gzip: 2, bzip2: 3, xz: 4 } as const satisfies Record<
  CodecName,
  number
>;
const CODEC_NAMES = Object.keys(CODEC_NUMBERS) as CodecName[];
const STREAM_NUMBERS = { data: 1, catalogue: 2, index: 3, state: 4, pieces: 5 } as const satisfies Record<
  StreamName,
  number
>;
const STREAM_NAMES = Object.keys(STREAM_NUMBERS) as StreamName[];

export interface FrameHeader {
  readonly stream: StreamName;
  /** Its place in the stream, and the numbering of the run that sealed it: see {@link numberOf}. It is the nonce. */
  readonly number: number;
  readonly codec: CodecName;
  readonly sealed: boolean;
  readonly plainLength: number;
  /** Bytes of the body, without the tag. */
  readonly bodyLength: number;
}

export function encodeHeader(header: FrameHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt8(CODEC_NUMBERS[header.codec], 4);
  bytes.writeUInt8(header.sealed ? 1 : 0, 5);
  bytes.writeUInt8(STREAM_NUMBERS[header.stream], 6);
  bytes.writeUInt32LE(header.plainLength, 8);
  bytes.writeUInt32LE(header.bodyLength, 12);
  bytes.writeBigUInt64LE(BigInt(header.number), 16);
  return bytes;
}

/** `frame.damaged` for anything that no writer of this format has written. */
export function decodeHeader(bytes: Uint8Array): FrameHeader {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < HEADER_BYTES || view.readUInt32LE(0) !== MAGIC)
    throw damaged('it does not begin like a frame');
  const codec = CODEC_NAMES.find((name) => CODEC_NUMBERS[name] === view.readUInt8(4));
  const stream = STREAM_NAMES.find((name) => STREAM_NUMBERS[name] === view.readUInt8(6));
  const sealing = view.readUInt8(5);
  if (!codec || !stream || sealing > 1 || view.readUInt8(7) !== 0) throw damaged('its header is not valid');
  const plainLength = view.readUInt32LE(8);
  const bodyLength = view.readUInt32LE(12);
  const number = Number(view.readBigUInt64LE(16));
  // A body is stored raw when compressing does not make it smaller, so it is never longer than the plaintext.
  if (
    plainLength === 0 ||
    plainLength > MAX_PLAIN ||
    bodyLength > plainLength ||
    !Number.isSafeInteger(number)
  ) {
    throw damaged('its header is not valid');
  }
  return { stream, number, codec, sealed: sealing === 1, plainLength, bodyLength };
}

/** Where a frame belongs: what it is bound to besides its own header. */
export interface FramePlace {
  readonly container: ContainerId;
  readonly backup: BackupId;
  /** 0 for the streams that are one object. */
  readonly segment: number;
}

/** What is authenticated with the body: a frame that is moved, swapped or taken from elsewhere does not open. */
export function associatedData(place: FramePlace, header: Uint8Array): Buffer {
  const segment = Buffer.alloc(4);
  segment.writeUInt32LE(place.segment);
  return Buffer.concat([
    Buffer.from(`firn frame 1\n${place.container}\n${place.backup}\n`, 'latin1'),
    segment,
    header,
  ]);
}

/** Frames that fit into one numbering. */
const NUMBERING = 2 ** 32;

/**
 * Frames count from 0. A run that goes on with a backup that was interrupted seals its frames under another numbering, below
 * 2^21, since the numbers behind the last segment that is stored may have sealed something else.
 */
export function numberOf(place: number, numbering: number): number {
  invariant(place < NUMBERING, 'a stream has fewer frames than a numbering');
  return numbering * NUMBERING + place;
}

/** How many frames of its stream come before it. */
export function placeOf(number: number): number {
  return number % NUMBERING;
}

/** 96 bits: four zero bytes and the frame's number. Each stream of each backup has a key of its own, so none recurs. */
export function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(BigInt(number), 4);
  return nonce;
}

export function damaged(why: string): Failure {
  return new Failure('frame.damaged', `a frame is damaged: ${why}`, {});
}
