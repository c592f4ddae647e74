import { wholeBody } from '../../body.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';

/** Pieces below this are copied: the socket takes larger ones whole before the next is asked for. */
const SURELY_WAITED_FOR_BYTES = 256 << 10;

/** One reading of the body, and how far it came. */
interface Pass {
  readonly bytes: AsyncIterator<Uint8Array>;
  at: number;
  rest?: Uint8Array | undefined;
}

/**
 * A body in parts, read in one pass, and begun anew only when a part is to be sent again. The pieces it gives may be kept:
 * whoever makes the body may use its buffer again. Memory held: one piece.
 */
export class PartReader {
  /** Between two parts; a part that is not read to its end takes its pass with it. */
  #pass: Pass | undefined;

  constructor(
    private readonly key: ObjectKey,
    private readonly body: RewindableBody,
  ) {}

  /**
   * The bytes from `start` up to `end`. The last piece of the body is given only when it is known that none follows: with
   * it the object would be whole.
   */
  async *part(start: number, end: number): AsyncGenerator<Uint8Array> {
    const pass = this.#take(start);
    let isOver = false;
    try {
      while (pass.at < start) await this.#upTo(pass, start);
      while (pass.at < end) {
        const piece = await this.#upTo(pass, end);
        const isLast = pass.at === this.body.size;
        const kept = isLast || piece.length < SURELY_WAITED_FOR_BYTES ? Buffer.from(piece) : piece;
        if (isLast) await pass.bytes.next();
        yield kept;
      }
      if (this.body.size === 0) await pass.bytes.next();
      isOver = true;
    } finally {
      if (isOver) this.#pass = pass;
      else leave(pass);
    }
  }

  /** Asks the body to end; it need not have been read to its end. */
  close(): void {
    if (this.#pass) leave(this.#pass);
    this.#pass = undefined;
  }

  #take(start: number): Pass {
    if (this.#pass?.at !== start) this.close();
    const pass = this.#pass ?? { bytes: wholeBody(this.key, this.body, this.body.open()), at: 0 };
    this.#pass = undefined;
    return pass;
  }

  /** The next piece, at most up to `end`. A body with too few bytes throws by itself. */
  async #upTo(pass: Pass, end: number): Promise<Uint8Array> {
    const piece = pass.rest ?? ((await pass.bytes.next()).value as Uint8Array);
    const taken = piece.subarray(0, end - pass.at);
    pass.at += taken.length;
    pass.rest = taken.length < piece.length ? piece.subarray(taken.length) : undefined;
    return taken;
  }
}

/** A body that stalls answers nothing, so its end is not awaited. */
function leave({ bytes }: Pass): void {
  bytes.return?.().then(undefined, () => undefined);
}
