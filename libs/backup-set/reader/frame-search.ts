import { asFailure } from '#kernel';
import {
  decodeHeader,
  FRAME_MARK,
  FRAME_OVERHEAD,
  HEADER_BYTES,
  type FrameHeader,
} from '../frames/frame-header.js';
import type { FrameRow } from '../frames/index-rows.js';
import type { FrameSealer } from '../frames/frame-sealer.js';

/**
 * Finds the whole frames in the bytes of a segment, each by its own header, and checks its seal: nothing that only looks
 * like a frame is taken for one. Behind damage it goes on at the next frame. Memory held: one frame.
 */
export async function* framesIn(
  bytes: AsyncIterable<Buffer>,
  sealer: FrameSealer,
  segment: number,
): AsyncGenerator<FrameRow> {
  const search = new FrameSearch(sealer, segment);
  for await (const piece of bytes) yield* search.push(piece);
  yield* search.end();
}

class FrameSearch {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** Bytes that are needed to go on. */
  #needed = HEADER_BYTES;
  /** Where the first of the bytes lies in the segment. */
  #offset = 0;

  constructor(
    private readonly sealer: FrameSealer,
    private readonly segment: number,
  ) {}

  *push(piece: Buffer): Generator<FrameRow> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= this.#needed) yield* this.#search(false);
  }

  *end(): Generator<FrameRow> {
    yield* this.#search(true);
  }

  *#search(isEnd: boolean): Generator<FrameRow> {
    const held = Buffer.concat(this.#pieces);
    let at = 0;
    this.#needed = HEADER_BYTES;
    while (held.length - at >= HEADER_BYTES) {
      const header = headerAt(held, at);
      const stored = header ? header.bodyLength + FRAME_OVERHEAD : 0;
      if (!isEnd && held.length - at < stored) {
        this.#needed = stored;
        break;
      }
      if (header && this.#isWhole(held.subarray(at, at + stored), header)) {
        const { plainLength: plain, number } = header;
        yield { segment: this.segment, offset: this.#offset + at, stored, plain, number };
        at += stored;
      } else at = nextMark(held, at + 1);
    }
    this.#pieces.splice(0, Infinity, held.subarray(at));
    this.#bytes = held.length - at;
    this.#offset += at;
  }

  #isWhole(stored: Buffer, { number }: FrameHeader): boolean {
    return soundly(() => this.sealer.open(stored, number, this.segment)) !== undefined;
  }
}

function headerAt(bytes: Buffer, at: number): FrameHeader | undefined {
  return soundly(() => decodeHeader(bytes.subarray(at, at + HEADER_BYTES)));
}

/** Where the next frame may begin, or the end, but for what may be the beginning of a mark. */
function nextMark(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(FRAME_MARK, from);
  return found < 0 ? Math.max(from, bytes.length - FRAME_MARK.length + 1) : found;
}

/** `undefined` when what is looked at is damaged. */
function soundly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const failure = asFailure(error);
    if (failure.code !== 'frame.damaged') throw failure;
    return undefined;
  }
}
