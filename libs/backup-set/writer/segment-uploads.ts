import { bodyOf, type StorageBackend } from '#storage';
import type { OpenSegment } from './open-segment.js';

export interface UploadLimits {
  /** Segments on their way at a time, at least 1. */
  readonly uploads: number;
  /** Bytes held at most, of segments on their way and of the one that is filled; a single segment always fits. */
  readonly bytes: number;
}

/**
 * Segments on their way into the storage, several at a time. Whoever fills the next one asks for room before each frame,
 * so a slow storage slows down the source and fills no memory. The first put that fails ends the others.
 */
export class SegmentUploads {
  readonly #running = new Set<Promise<void>>();
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  #bytes = 0;

  constructor(
    private readonly storage: Pick<StorageBackend, 'put'>,
    private readonly limits: UploadLimits,
    signal: AbortSignal,
    private readonly onStored: (bytes: number) => void,
  ) {
    this.#signal = AbortSignal.any([signal, this.#failed.signal]);
  }

  /** Resolves when there is room for `bytes` beside what is on its way. Rejects when a put has failed. */
  async room(bytes: number): Promise<void> {
    while (this.#running.size > 0 && this.#bytes + bytes > this.limits.bytes) await this.#oneDone();
    this.#assertGood();
  }

  /**
   * Takes over the segment. Resolves when the put has begun, which may have to wait for its turn. `stored` is called when
   * it is stored for good, and does not reject.
   */
  async begin(key: string, segment: OpenSegment, stored?: () => Promise<void>): Promise<void> {
    const { bytes } = segment;
    while (this.#running.size >= this.limits.uploads) await this.#oneDone();
    this.#assertGood();
    this.#bytes += bytes;
    const running = this.#put(key, segment, stored).finally(() => {
      this.#running.delete(running);
      this.#bytes -= bytes;
    });
    this.#running.add(running);
  }

  /** Resolves when all are stored for good. */
  async finish(): Promise<void> {
    while (this.#running.size > 0) await this.#oneDone();
    this.#assertGood();
  }

  /** Waits for all puts, whatever becomes of them: after this nothing more is written. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Never rejects: the failure is kept for whoever comes next. */
  async #put(key: string, segment: OpenSegment, stored?: () => Promise<void>): Promise<void> {
    const { size, sha256 } = segment.measure();
    try {
      await this.storage.put(key, bodyOf(segment.pieces(), sha256), this.#signal);
      segment.free();
      await stored?.();
      this.onStored(size);
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  async #oneDone(): Promise<void> {
    await Promise.race(this.#running);
    this.#assertGood();
  }

  #assertGood(): void {
    if (this.#failed.signal.aborted) throw this.#failed.signal.reason;
  }
}
