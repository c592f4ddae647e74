import { Failure, type Clock } from '#kernel';
import { CallSignal } from './call-signal.js';

export interface StallOptions {
  readonly clock: Clock;
  /** So long a storage that owes something may let nothing move; what is noticed is noticed a quarter later at most. */
  readonly stallMs: number;
  /**
   * The slowest line that is no stall: a driver may send on slowly what it took from a body at once, and is given the
   * time for it. Without it, none.
   */
  readonly slowestBytesPerSecond?: number | undefined;
}

/** Looks in one `stallMs`. It counts looks and not time, so that a clock that is set changes nothing. */
const LOOKS = 4;
/** More than that no driver holds of one body; otherwise memory would not be flat. */
const MOST_HELD_BYTES = 64 << 20;

/**
 * Watches over one call to a storage, and ends it with `storage.timeout` when nothing moves for too long while it is the
 * storage's turn. The call is ended by its {@link signal}; one that does not heed it is left alone a look later.
 */
export class StallWatch {
  readonly #call: CallSignal;
  readonly #over = new AbortController();
  readonly #lookMs: number;
  #stall: Failure | undefined;
  #giveUp: (stall: Failure) => void = () => undefined;
  #quietLooks = 0;
  #heldBytes = 0;
  /** How many others than the storage are waited for now: a body that is slow, a reader who reads something else. */
  #others = 0;

  constructor(
    private readonly options: StallOptions,
    private readonly what: string,
    outer: AbortSignal | undefined,
  ) {
    this.#call = new CallSignal(outer);
    this.#lookMs = Math.ceil(options.stallMs / LOOKS);
    // The clock rejects when the watch is over, which is no failure.
    void this.#look().catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** What `act` answers; rejects with the stall when it is ended for one, also when `act` never answers. */
  async answered<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#giveUp = reject;
        act(this.signal).then(resolve, reject);
      });
    } catch (error) {
      throw this.#stall ?? error;
    }
  }

  /** It is somebody else's turn while `act` runs. */
  async others<T>(act: () => Promise<T>): Promise<T> {
    this.pause();
    try {
      return await act();
    } finally {
      this.goOn();
    }
  }

  pause(): void {
    this.#others += 1;
  }

  goOn(): void {
    this.#others -= 1;
    this.#quietLooks = 0;
  }

  /** The storage took so many bytes, and may not have sent them yet. */
  took(bytes: number): void {
    this.#heldBytes = Math.min(MOST_HELD_BYTES, this.#heldBytes + bytes);
  }

  /** Must be called in the end, or the watch goes on. */
  end(): void {
    this.#over.abort();
    this.#call.release();
  }

  async #look(): Promise<void> {
    const { clock, stallMs } = this.options;
    while (!this.#over.signal.aborted) {
      await clock.sleep(this.#lookMs, this.#over.signal);
      if (this.#stall) return this.#giveUp(this.#stall);
      this.#quietLooks = this.#others > 0 ? 0 : this.#quietLooks + 1;
      // The first look may have come right after something moved.
      const quietMs = (this.#quietLooks - 1) * this.#lookMs;
      if (quietMs < stallMs + this.#graceMs()) continue;
      const message = `nothing moved for ${Math.round(quietMs / 1000)} seconds at ${this.what}`;
      this.#stall = new Failure('storage.timeout', message, { stalledMs: quietMs });
      this.#call.abort(this.#stall);
    }
  }

  #graceMs(): number {
    const { slowestBytesPerSecond } = this.options;
    return slowestBytesPerSecond === undefined ? 0 : (this.#heldBytes * 1000) / slowestBytesPerSecond;
  }
}
