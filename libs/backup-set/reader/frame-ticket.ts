import { asFailure, type Failure } from '#kernel';
import { discard } from '#codecs';
import { damaged } from '../frames/frame-header.js';
import type { FrameRow } from '../frames/index-rows.js';
import { frameFailure } from './frame-failure.js';
import type { FrameSource } from './frame-source.js';

/** What became of a frame; a failure is always one of damage. */
export type FrameOutcome = { readonly plain: Buffer } | { readonly failure: Failure };

/**
 * A frame on its way: to be fetched once, opened once, and used by as many as hold it. When all have let go, its memory
 * is given back.
 */
export class FrameTicket {
  #stored: Buffer | undefined;
  #failure: Failure | undefined;
  #outcome: Promise<FrameOutcome> | undefined;
  #plain: Buffer | undefined;
  #holds = 0;
  /** Whether somebody may still look at its plaintext when all have let go. */
  #isKept = false;

  private constructor(
    readonly source: FrameSource | undefined,
    readonly row: FrameRow | undefined,
  ) {}

  static of(source: FrameSource, row: FrameRow): FrameTicket {
    const ticket = new FrameTicket(source, row);
    if (row.stored === 0) ticket.fail(damaged('it is in none of the segments'));
    return ticket;
  }

  /** Of a frame that cannot even be looked for. */
  static failed(failure: Failure): FrameTicket {
    const ticket = new FrameTicket(undefined, undefined);
    ticket.#failure = failure;
    return ticket;
  }

  /** Its stored bytes, given away. */
  arrived(stored: Buffer): void {
    this.#stored = stored;
  }

  /** Throws what is no damage. */
  fail(error: unknown): void {
    const failure =
      this.source && this.row ? frameFailure(error, this.source.manifest, this.row) : asFailure(error);
    if (failure.kind !== 'corrupt') throw failure;
    this.#failure = failure;
  }

  get isWanted(): boolean {
    return this.#failure === undefined;
  }

  /** To be called when it has arrived or failed. */
  opened(signal?: AbortSignal): Promise<FrameOutcome> {
    this.#outcome ??= this.#open(signal);
    return this.#outcome;
  }

  hold(): void {
    this.#holds += 1;
  }

  /** With `discarding` by everybody, nobody may look at its plaintext after the last hold is gone. */
  letGo(discarding: boolean): void {
    this.#holds -= 1;
    this.#isKept ||= !discarding;
    if (this.#holds > 0) return;
    if (!this.#isKept && this.#plain) discard(this.#plain);
    this.#plain = undefined;
    this.#outcome = undefined;
  }

  async #open(signal?: AbortSignal): Promise<FrameOutcome> {
    const { source, row } = this;
    if (!this.#failure && source && row) {
      try {
        const stored = this.#stored ?? Buffer.alloc(0);
        this.#stored = undefined;
        this.#plain = await source.open(row, stored, signal);
        return { plain: this.#plain };
      } catch (error) {
        this.fail(error);
      }
    }
    return { failure: this.#failure as Failure };
  }
}
