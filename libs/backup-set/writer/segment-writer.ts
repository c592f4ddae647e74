import { Failure, invariant } from '#kernel';
import { bodyOf, type StorageBackend } from '#storage';
import { discard, meter, type CodecName } from '#codecs';
import type { StoredObject } from '../frames/stored-object.js';
import { FRAME_OVERHEAD } from '../frames/frame-header.js';
import type { FrameIndexBuilder } from '../frames/frame-index.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import { segmentKey } from '../layout.js';
import { MAX_SEGMENTS } from '../manifest.js';

export interface PackedFrame {
  readonly plainLength: number;
  readonly codec: CodecName;
  readonly body: Uint8Array;
}

/**
 * Seals frames in order, packs them into segments of at most `maxBytes`, and stores these one after the other. While
 * one segment is on its way the next is filled. Memory held: two segments.
 */
export class SegmentWriter {
  readonly segments: StoredObject[] = [];
  #pieces: Buffer[] = [];
  #bytes = 0;
  #frames = 0;
  #upload: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: StorageBackend,
    private readonly folder: string,
    private readonly sealer: FrameSealer,
    private readonly index: FrameIndexBuilder,
    private readonly maxBytes: number,
    private readonly signal: AbortSignal,
    private readonly onStored: (bytes: number) => void,
  ) {}

  /** Takes over the body: its memory is given back as soon as it is sealed or stored. */
  async add(frame: PackedFrame): Promise<void> {
    const stored = frame.body.length + FRAME_OVERHEAD;
    invariant(stored <= this.maxBytes, 'a frame fits into a segment');
    if (this.#bytes + stored > this.maxBytes) await this.#close();
    const segment = this.segments.length;
    const pieces = this.sealer.seal(this.#frames, segment, frame.plainLength, frame.codec, frame.body);
    // Sealed bytes are a copy, checksummed ones are the body itself.
    if (pieces[1].buffer !== frame.body.buffer) discard(frame.body);
    this.index.add({ segment, offset: this.#bytes, stored, plain: frame.plainLength, number: this.#frames });
    this.#pieces.push(...pieces);
    this.#bytes += stored;
    this.#frames += 1;
  }

  /** Resolves when every segment is stored for good. */
  async finish(): Promise<void> {
    if (this.#bytes > 0) await this.#close();
    await this.#upload;
  }

  /** Waits for a put that is still under way, whatever becomes of it: after this nothing more is written. */
  async settle(): Promise<void> {
    await this.#upload.catch(() => undefined);
  }

  async #close(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    const packed = meter();
    for (const piece of pieces) packed.add(piece);
    const segment = packed.result();
    if (this.segments.length === MAX_SEGMENTS) throw tooManySegments(this.maxBytes);
    const key = segmentKey(this.folder, this.segments.length);
    this.segments.push(segment);
    await this.#upload;
    this.#upload = this.storage.put(key, bodyOf(pieces, segment.sha256), this.signal).then(() => {
      pieces.forEach(discard);
      this.onStored(segment.size);
    });
    // It is awaited before the next put and at the end; until then its failure must not count as unhandled.
    this.#upload.catch(() => undefined);
  }
}

function tooManySegments(maxBytes: number): Failure {
  const message = `the source needs more than ${MAX_SEGMENTS} segments of ${maxBytes} bytes; make them larger`;
  return new Failure('input.invalid', message, { maxSegmentBytes: maxBytes });
}
