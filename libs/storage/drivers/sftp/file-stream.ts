import { Readable } from 'node:stream';
import { Failure } from '#kernel';
import type { ByteRange } from '../../storage-backend.js';
import type { Lease } from './session-pool.js';

/** As much as OpenSSH gives at once: fewer and larger pieces leave less to collect. */
const REQUEST_BYTES = 255 << 10;
const MOST_ON_THEIR_WAY = 8;

/**
 * The bytes of a range of an open file, which it closes in the end; then it gives its session back. Many requests are on
 * their way at once, in order. Memory held: 8 requests of 255 KiB.
 */
export class FileStream extends Readable {
  readonly #onTheirWay: Promise<Buffer>[] = [];
  #at: number;
  #isPushing = false;

  /** `border` turns an answer of the server into what the reader is to see. */
  constructor(
    private readonly lease: Lease,
    private readonly handle: Buffer,
    private readonly range: ByteRange,
    private readonly border: (error: unknown) => Error,
  ) {
    super({ highWaterMark: REQUEST_BYTES });
    this.#at = range.start;
  }

  override _read(): void {
    if (this.#isPushing) return;
    this.#isPushing = true;
    this.#pushNext().then(
      () => (this.#isPushing = false),
      (error: unknown) => void this.destroy(this.border(error)),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { session, giveBack } = this.lease;
    // Nobody waits for the answer: a server that stalls is not to hold up whoever gives up on it.
    void session.closeHandle(this.handle).then(giveBack, giveBack);
    callback(error);
  }

  async #pushNext(): Promise<void> {
    for (;;) {
      this.#ask();
      const first = this.#onTheirWay.shift();
      if (!first) return void this.push(null);
      const piece = await first;
      if (this.destroyed || !this.push(piece)) return;
    }
  }

  #ask(): void {
    const { session } = this.lease;
    while (this.#onTheirWay.length < MOST_ON_THEIR_WAY && this.#at < this.range.end) {
      const length = Math.min(REQUEST_BYTES, session.mostRead, this.range.end - this.#at);
      const reading = this.#bytes(length, this.#at);
      // Seen when its turn comes.
      reading.catch(() => undefined);
      this.#onTheirWay.push(reading);
      this.#at += length;
    }
  }

  /** A server may answer with fewer bytes than it was asked for, also in the middle of a file. */
  async #bytes(length: number, at: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let has = 0; has < length;) {
      const piece = await this.lease.session.read(this.handle, length - has, at + has);
      if (piece.length === 0) {
        const message = `the file ended at byte ${at + has} of ${this.range.end}`;
        throw new Failure('storage.unavailable', message);
      }
      pieces.push(piece);
      has += piece.length;
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }
}
