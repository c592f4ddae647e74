import { createHash } from 'node:crypto';
import { isFailure } from '#kernel';
import { unseal } from '#codecs';
import { decodeHeader, HEADER_BYTES, nonceOf, associatedData, TAG_BYTES } from '../frames/frame-header.js';
import { FrameSealer } from '../frames/frame-sealer.js';
import { DataKey } from '../keys/data-key.js';

/**
 * Watches everything that is sealed in this process, stored or not: under which key and nonce which plaintext. Says no when
 * a pair of key and nonce is used for a second one.
 */
export class SealLedger {
  readonly #keys = new Set<string>();
  readonly #sealed = new Map<string, string>();
  /* eslint-disable @typescript-eslint/unbound-method -- they are called with the object they belong to */
  readonly #seal = FrameSealer.prototype.seal;
  readonly #forFrames = DataKey.prototype.forFrames;
  readonly #clashes: string[] = [];

  constructor() {
    const watch = this.#watched(this.#seal, this.#forFrames);
    FrameSealer.prototype.seal = watch.seal;
    DataKey.prototype.forFrames = watch.forFrames;
  }
  /* eslint-enable @typescript-eslint/unbound-method */

  /** Sealed frames so far. */
  get count(): number {
    return this.#sealed.size;
  }

  get clashes(): readonly string[] {
    return this.#clashes;
  }

  close(): void {
    FrameSealer.prototype.seal = this.#seal;
    DataKey.prototype.forFrames = this.#forFrames;
  }

  #watched(seal: FrameSealer['seal'], forFrames: DataKey['forFrames']) {
    const keys = this.#keys;
    const note = (sealer: FrameSealer, segment: number, frame: Buffer) => this.#note(sealer, segment, frame);
    return {
      forFrames(this: DataKey, ...args: Parameters<DataKey['forFrames']>) {
        const key = forFrames.apply(this, args);
        keys.add(key.toString('hex'));
        return key;
      },
      *seal(this: FrameSealer, ...args: Parameters<FrameSealer['seal']>) {
        const pieces: Buffer[] = [];
        for (const piece of seal.apply(this, args)) {
          pieces.push(Buffer.from(piece));
          yield piece;
        }
        note(this, args[1], Buffer.concat(pieces));
      },
    };
  }

  #note({ place }: FrameSealer, segment: number, frame: Buffer): void {
    const head = frame.subarray(0, HEADER_BYTES);
    const { number, sealed, stream } = decodeHeader(frame);
    if (!sealed) return;
    const associated = associatedData({ ...place, segment }, head);
    const end = frame.length - TAG_BYTES;
    // Mostly it is one of the newest.
    for (const key of [...this.#keys].reverse()) {
      const body = opened(frame.subarray(HEADER_BYTES, end), frame.subarray(end), key, number, associated);
      if (!body) continue;
      const pair = `${key} ${number}`;
      const digest = createHash('sha256').update(associated).update(body).digest('hex');
      if ((this.#sealed.get(pair) ?? digest) !== digest) this.#clashes.push(`${stream} ${number}`);
      this.#sealed.set(pair, digest);
      return;
    }
    throw new Error('a frame was sealed under a key that nobody has seen');
  }
}

function opened(body: Buffer, tag: Buffer, key: string, number: number, associated: Buffer) {
  try {
    return unseal(body, tag, Buffer.from(key, 'hex'), nonceOf(number), associated);
  } catch (error) {
    if (isFailure(error, 'frame.damaged')) return undefined;
    throw error;
  }
}
