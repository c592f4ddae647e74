import { hash } from 'node:crypto';
import { Failure, isFailure } from '#kernel';
import { DIGEST_BYTES, type KnownPiece } from '#pieces';
import type { Manifest } from '../manifest.js';

/**
 * Compares the pieces of a backup with the digests by which later levels find them. They are listed in the order of
 * their frames, and that is also the order in which the stream comes to each frame for the first time. Memory held: a
 * batch of the list, and the pieces of frames that the stream has left out so far.
 */
export class PieceCheck {
  readonly #early = new Map<number, KnownPiece[]>();
  readonly #batches: AsyncIterator<readonly KnownPiece[]>;
  #batch: readonly KnownPiece[] = [];
  #at = 0;
  #listed = -1;
  #unreadable: Failure | undefined;

  constructor(
    batches: AsyncIterable<readonly KnownPiece[]>,
    private readonly manifest: Manifest,
  ) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** Rejects with `verify.failed`. A frame that comes again is not looked at again. */
  async frame(frame: number, plain: Buffer): Promise<void> {
    if (frame > this.#listed) await this.#readUpTo(frame);
    const pieces = this.#early.get(frame);
    this.#early.delete(frame);
    for (const piece of pieces ?? []) this.#assertWhole(piece, plain);
  }

  /**
   * Rejects with why the list could not be read to its end, if so: the stream can be read all the same. And with
   * `verify.failed` when it lists a piece that nobody has looked at.
   */
  async finish(): Promise<void> {
    const [left = (await this.#next())?.frame] = this.#early.keys();
    if (this.#unreadable) throw this.#unreadable;
    if (left === undefined) return;
    const { backup } = this.manifest;
    const message = `pieces in frame ${left} of backup ${backup} are listed, and its stream has none there`;
    throw new Failure('verify.failed', message, { backup, frame: left });
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  #assertWhole({ frame, start, length, digest }: KnownPiece, plain: Buffer): void {
    const end = start + length;
    const found = hash('sha256', plain.subarray(start, end), 'buffer').subarray(0, DIGEST_BYTES);
    if (end <= plain.length && found.equals(digest)) return;
    const { backup } = this.manifest;
    const message = `the ${length} bytes from byte ${start} of frame ${frame} of backup ${backup} are not those of their digest`;
    throw new Failure('verify.failed', message, { backup, frame, start, length });
  }

  async #readUpTo(frame: number): Promise<void> {
    this.#listed = frame;
    for (let piece = await this.#next(); piece && piece.frame <= frame; piece = await this.#next()) {
      const others = this.#early.get(piece.frame);
      if (others) others.push(piece);
      else this.#early.set(piece.frame, [piece]);
      this.#at += 1;
    }
  }

  async #next(): Promise<KnownPiece | undefined> {
    while (this.#at === this.#batch.length && !this.#unreadable) {
      try {
        const next = await this.#batches.next();
        if (next.done) return undefined;
        [this.#batch, this.#at] = [next.value, 0];
      } catch (error) {
        if (!isFailure(error) || error.kind !== 'corrupt') throw error;
        this.#unreadable = error;
      }
    }
    return this.#batch[this.#at];
  }
}
