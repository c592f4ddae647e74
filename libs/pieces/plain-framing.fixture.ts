import { createHash } from 'node:crypto';
import type { Extent, FramerOptions, FramerPart } from './framer.js';
import { gear } from './gear.js';
import { DIGEST_BYTES, type KnownPiece } from './known-piece.js';
import { pieceSizes } from './piece-sizes.js';

export interface PlainStream {
  readonly bytes: Buffer;
  readonly contents: FramerPart['contents'];
}

export interface PlainFramed {
  readonly frames: readonly Buffer[];
  readonly extents: readonly Extent[];
  readonly pieces: readonly KnownPiece[];
}

const BYTES_PER_PIECE = 46;

/** The framing of a whole stream at once, in the simplest words: every hash anew, no guesses, no haste. */
export function framePlainly(
  { bytes, contents }: PlainStream,
  { level, frameBytes, tableBytes }: Pick<FramerOptions, 'level' | 'frameBytes' | 'tableBytes'>,
  known: readonly KnownPiece[],
): PlainFramed {
  const table = new Map<string, KnownPiece>();
  const remember = (piece: KnownPiece) => {
    const key = keyOf(piece);
    if (table.size < Math.floor(tableBytes / BYTES_PER_PIECE) && !table.has(key)) table.set(key, piece);
  };
  known.forEach(remember);

  const frames: Buffer[] = [];
  const extents: Extent[] = [];
  const pieces: KnownPiece[] = [];
  let frame = Buffer.alloc(0);
  const close = () => {
    frames.push(frame);
    frame = Buffer.alloc(0);
  };
  const store = (slice: Buffer): Extent => {
    const place = { level, frame: frames.length, start: frame.length, length: slice.length };
    frame = Buffer.concat([frame, slice]);
    return place;
  };
  const plain = (from: number, to: number) => {
    for (let at = from; at < to;) {
      if (frame.length === frameBytes) close();
      const slice = bytes.subarray(at, Math.min(to, at + frameBytes - frame.length));
      extents.push(store(slice));
      at += slice.length;
      if (frame.length === frameBytes) close();
    }
  };
  const piece = (slice: Buffer) => {
    const digest = digestOf(slice);
    const stored = table.get(keyOf({ digest, length: slice.length }));
    if (!stored && frame.length + slice.length > frameBytes) close();
    const piece = stored ?? { ...store(slice), digest };
    extents.push(piece);
    if (stored) return;
    pieces.push(piece);
    remember(piece);
  };

  let at = 0;
  for (const content of contents) {
    plain(at, content.at);
    const end = Math.min(content.at + content.length, bytes.length);
    const sizes = pieceSizes(content.length, frameBytes);
    for (at = content.at; at < end;) {
      const length = plainCut(bytes.subarray(at, end), sizes);
      piece(bytes.subarray(at, at + length));
      at += length;
    }
  }
  plain(at, bytes.length);
  if (frame.length > 0) close();
  return { frames, extents: joined(extents), pieces };
}

export function plainCut(bytes: Buffer, sizes: ReturnType<typeof pieceSizes>): number {
  for (let length = sizes.min; length < Math.min(bytes.length, sizes.max); length += 1) {
    const limit = length < sizes.normal ? sizes.strictLimit : sizes.looseLimit;
    if (plainHash(bytes, length) < limit) return length;
  }
  return Math.min(bytes.length, sizes.max);
}

export function plainHash(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let i = at - 32; i < at; i += 1) hash = (hash * 2 + gear[bytes[i]!]!) | 0;
  return hash >>> 0;
}

export function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, DIGEST_BYTES);
}

export function joined(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const { level, frame, start, length } of extents) {
    const last = result.at(-1);
    if (last?.level === level && last.frame === frame && last.start + last.length === start) {
      result[result.length - 1] = { ...last, length: last.length + length };
    } else result.push({ level, frame, start, length });
  }
  return result;
}

function keyOf({ digest, length }: Pick<KnownPiece, 'digest' | 'length'>): string {
  return `${digest.toString('hex')} ${length}`;
}
