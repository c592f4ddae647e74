import { Failure, invariant } from '#kernel';
import type { StorageBackend } from '#storage';
import { discard, type CodecName, type Slabs } from '#codecs';
import type { StoredObject } from '../frames/stored-object.js';
import { FRAME_OVERHEAD } from '../frames/frame-header.js';
import type { FrameIndexBuilder } from '../frames/index-builder.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import { segmentKey } from '../layout.js';
import { MAX_SEGMENTS } from '../manifest.js';
import { OpenSegment } from './open-segment.js';
import { SegmentUploads, type UploadLimits } from './segment-uploads.js';

export interface PackedFrame {
  readonly plainLength: number;
  readonly codec: CodecName;
  readonly body: Uint8Array;
}

export interface SegmentOptions {
  readonly storage: Pick<StorageBackend, 'put'>;
  readonly folder: string;
  readonly sealer: FrameSealer;
  readonly index: Pick<FrameIndexBuilder, 'add'>;
  readonly maxBytes: number;
  readonly limits: UploadLimits;
  /** What segments are kept in. */
  readonly slabs: Slabs;
  readonly signal: AbortSignal;
  readonly onStored: (bytes: number) => void;
}

/**
 * Seals frames in order, packs them into segments of at most `maxBytes`, and stores these, several at a time. Memory
 * held: what {@link UploadLimits} allow.
 */
export class SegmentWriter {
  readonly segments: StoredObject[] = [];
  readonly #uploads: SegmentUploads;
  #open: OpenSegment;
  #frames = 0;

  constructor(private readonly options: SegmentOptions) {
    const { storage, limits, slabs, signal, onStored } = options;
    this.#open = new OpenSegment(slabs);
    this.#uploads = new SegmentUploads(storage, limits, signal, onStored);
  }

  /** Copies what it needs: the body is the caller's again when this has resolved. */
  async add(frame: PackedFrame): Promise<void> {
    const { sealer, index, maxBytes } = this.options;
    const stored = frame.body.length + FRAME_OVERHEAD;
    invariant(stored <= maxBytes, 'a frame fits into a segment');
    if (this.#open.bytes + stored > maxBytes) await this.#close();
    await this.#uploads.room(this.#open.bytes + stored);
    const segment = this.segments.length;
    const offset = this.#open.bytes;
    const pieces = sealer.seal(this.#frames, segment, frame.plainLength, frame.codec, frame.body);
    for (const piece of pieces) {
      this.#open.add(piece);
      // Without encryption the sealed body is the body itself, which is not ours.
      if (piece.buffer !== frame.body.buffer) discard(piece);
    }
    index.add({ segment, offset, stored, plain: frame.plainLength, number: this.#frames });
    this.#frames += 1;
  }

  /** Resolves when every segment is stored for good. */
  async finish(): Promise<void> {
    if (this.#open.bytes > 0) await this.#close();
    await this.#uploads.finish();
  }

  /** Waits for puts that are still under way, whatever becomes of them: after this nothing more is written. */
  settle(): Promise<void> {
    return this.#uploads.settle();
  }

  async #close(): Promise<void> {
    const segment = this.#open;
    this.#open = new OpenSegment(this.options.slabs);
    if (this.segments.length === MAX_SEGMENTS) throw tooManySegments(this.options.maxBytes);
    const key = segmentKey(this.options.folder, this.segments.length);
    this.segments.push(segment.measure());
    await this.#uploads.begin(key, segment);
  }
}

function tooManySegments(maxBytes: number): Failure {
  const message = `the source needs more than ${MAX_SEGMENTS} segments of ${maxBytes} bytes; make them larger`;
  return new Failure('input.invalid', message, { maxSegmentBytes: maxBytes });
}
