import { Failure, invariant } from '#kernel';
import type { StorageBackend } from '#storage';
import { discard, type CodecName, type Slabs } from '#codecs';
import type { StoredObject } from '../frames/stored-object.js';
import { FRAME_OVERHEAD, numberOf } from '../frames/frame-header.js';
import type { FrameIndexBuilder } from '../frames/index-builder.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import type { FrameRow } from '../frames/index-rows.js';
import { segmentKey } from '../layout.js';
import { MAX_SEGMENTS } from '../manifest.js';
import type { BackupJournal } from '../resume/backup-journal.js';
import type { Replay } from '../resume/replay.js';
import { OpenSegment } from './open-segment.js';
import { SegmentUploads, type UploadLimits } from './segment-uploads.js';

export interface PackedFrame {
  readonly plain: Uint8Array;
  readonly codec: CodecName;
  readonly body: Uint8Array;
}

export interface SegmentOptions {
  readonly storage: Pick<StorageBackend, 'put' | 'remove'>;
  readonly folder: string;
  readonly sealer: FrameSealer;
  readonly index: Pick<FrameIndexBuilder, 'add'>;
  readonly maxBytes: number;
  readonly limits: UploadLimits;
  /** What segments are kept in. */
  readonly slabs: Slabs;
  readonly signal: AbortSignal;
  readonly onStored: (bytes: number) => void;
  /** Where it is noted what is stored, when a later run may go on from there. */
  readonly journal?: BackupJournal | undefined;
  /** What an interrupted run has stored of the same stream: kept as far as it is the same. */
  readonly replay?: Replay | undefined;
}

/** What was kept of an interrupted run. */
export interface KeptCounts {
  readonly segments: number;
  readonly bytes: number;
}

/**
 * Seals frames in order, packs them into segments of at most `maxBytes`, and stores these, several at a time. A segment
 * that an interrupted run has stored with the same contents is not stored again. Memory held: what {@link UploadLimits}
 * allow.
 */
export class SegmentWriter {
  readonly segments: StoredObject[] = [];
  readonly #uploads: SegmentUploads;
  readonly #numbering: number;
  #replay: Replay | undefined;
  #open: OpenSegment;
  /** Those in the open segment, and the tags of their contents when there is a journal. */
  #rows: FrameRow[] = [];
  #tags: Buffer[] = [];
  #frames = 0;
  #kept = { segments: 0, bytes: 0 };

  constructor(private readonly options: SegmentOptions) {
    const { storage, limits, slabs, signal, onStored, journal, replay } = options;
    this.#open = new OpenSegment(slabs);
    this.#uploads = new SegmentUploads(storage, limits, signal, onStored);
    this.#numbering = journal?.numbering ?? 0;
    this.#replay = replay?.isOver ? undefined : replay;
  }

  get kept(): KeptCounts {
    return { ...this.#kept };
  }

  /** Copies what it needs: the body is the caller's again when this has resolved. */
  async add(frame: PackedFrame): Promise<void> {
    const { maxBytes } = this.options;
    const stored = frame.body.length + FRAME_OVERHEAD;
    invariant(stored <= maxBytes, 'a frame fits into a segment');
    const compared = this.#replay?.compare(frame.plain);
    const isFull = this.#open.bytes + stored > maxBytes;
    // The same contents that take up more room came from another compressor.
    if (compared === 'different' || (compared && isFull)) await this.#endReplay();
    if (isFull) await this.#close();
    await this.#uploads.room(this.#open.bytes + stored);
    this.#seal(frame, stored);
    // Sealed all the same: had one of its frames been another, the segment would have been stored.
    if (compared === 'ends' && this.#replay) this.#keep(this.#replay);
  }

  /** Resolves when every segment is stored for good. */
  async finish(): Promise<void> {
    // The stream was longer.
    if (this.#replay) await this.#endReplay();
    if (this.#open.bytes > 0) await this.#close();
    await this.#uploads.finish();
  }

  /** Waits for puts that are still under way, whatever becomes of them: after this nothing more is written. */
  settle(): Promise<void> {
    return this.#uploads.settle();
  }

  #seal({ plain, codec, body }: PackedFrame, stored: number): void {
    const { sealer, journal } = this.options;
    const segment = this.segments.length;
    const number = numberOf(this.#frames, this.#numbering);
    const offset = this.#open.bytes;
    for (const piece of sealer.seal(number, segment, plain.length, codec, body)) {
      this.#open.add(piece);
      // Without encryption the sealed body is the body itself, which is not ours.
      if (piece.buffer !== body.buffer) discard(piece);
    }
    this.#rows.push({ segment, offset, stored, plain: plain.length, number });
    if (journal) this.#tags.push(journal.tags.of(number, plain));
    this.#frames += 1;
  }

  async #close(): Promise<void> {
    const segment = this.#open;
    const number = this.segments.length;
    if (number === MAX_SEGMENTS) throw tooManySegments(this.options.maxBytes);
    const { journal, folder } = this.options;
    const measured = segment.measure();
    const tags = this.#tags;
    const tagged = this.#enter(measured, this.#rows).map((row, i) => ({ row, tag: tags[i] as Buffer }));
    this.#begin(new OpenSegment(this.options.slabs));
    await this.#uploads.begin(segmentKey(folder, number), segment, () =>
      journal ? journal.stored(number, measured, tagged) : Promise.resolve(),
    );
  }

  /** The open segment is there already. */
  #keep(replay: Replay): void {
    const { segment, rows } = replay.take();
    const { size, sha256 } = segment;
    this.#enter(
      { size, sha256 },
      rows.map(({ row }) => row),
    );
    this.#open.free();
    this.#begin(new OpenSegment(this.options.slabs));
    this.#kept = { segments: this.#kept.segments + 1, bytes: this.#kept.bytes + size };
    if (replay.isOver) this.#replay = undefined;
    this.options.onStored(size);
  }

  #enter(segment: StoredObject, rows: readonly FrameRow[]): readonly FrameRow[] {
    this.segments.push(segment);
    for (const row of rows) this.options.index.add(row);
    return rows;
  }

  #begin(segment: OpenSegment): void {
    this.#open = segment;
    this.#rows = [];
    this.#tags = [];
  }

  /** From the open segment on, what was stored is none of this stream. Nothing is on its way yet. */
  async #endReplay(): Promise<void> {
    const { journal, storage, folder, signal } = this.options;
    const count = this.#replay?.count ?? 0;
    this.#replay = undefined;
    const first = this.segments.length;
    await journal?.cut(first);
    for (let segment = first; segment < count; segment += 1) {
      await storage.remove(segmentKey(folder, segment), signal);
    }
  }
}

function tooManySegments(maxBytes: number): Failure {
  const message = `the source needs more than ${MAX_SEGMENTS} segments of ${maxBytes} bytes; make them larger`;
  return new Failure('input.invalid', message, { maxSegmentBytes: maxBytes });
}
