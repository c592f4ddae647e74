import { invariant, type Clock } from '#kernel';

/** Smooth enough for a progress bar, and coarse enough that waiting costs nothing. */
const PIECES_PER_SECOND = 10;

/**
 * A rate that all who take from it keep together. Whoever takes more than there is goes into debt at once and waits for
 * it, so that those who come later queue up behind. Unused rate is kept for one piece, not longer.
 */
export class TokenBucket {
  /** Most bytes to take at a time. */
  readonly pieceBytes: number;
  #level: number;
  #filledAtMs: number;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly clock: Clock,
  ) {
    invariant(bytesPerSecond > 0, `${bytesPerSecond} bytes per second`);
    this.pieceBytes = Math.max(1, Math.floor(bytesPerSecond / PIECES_PER_SECOND));
    this.#level = this.pieceBytes;
    this.#filledAtMs = clock.now().getTime();
  }

  /** Resolves when `bytes` may pass. Rejects with the signal's reason; the bytes are then not counted. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#fill();
    this.#level -= bytes;
    if (this.#level >= 0) return;
    try {
      await this.clock.sleep(Math.ceil((-this.#level * 1000) / this.bytesPerSecond), signal);
    } catch (error) {
      this.#level += bytes;
      throw error;
    }
  }

  #fill(): void {
    const nowMs = this.clock.now().getTime();
    // A clock that was set back gives nothing, and one that was set forward gives no more than a piece.
    const gained = (Math.max(0, nowMs - this.#filledAtMs) * this.bytesPerSecond) / 1000;
    this.#level = Math.min(this.pieceBytes, this.#level + gained);
    this.#filledAtMs = nowMs;
  }
}
