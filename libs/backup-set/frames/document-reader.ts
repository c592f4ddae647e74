import { asFailure, Failure, isFailure, type FailureCode } from '#kernel';
import { mapInOrder, meter } from '#codecs';
import type { CodecShelf } from './codec-shelf.js';
import { decodeHeader, FRAME_OVERHEAD, HEADER_BYTES } from './frame-header.js';
import type { FrameSealer } from './frame-sealer.js';
import type { StoredObject } from './stored-object.js';

/** One is decompressed while what was in the last one is looked at. */
const OPENED_AHEAD = 2;

/** A stored document, and what it must be. */
export interface StoredDocument {
  /** Names it in failures. */
  readonly key: string;
  readonly expected: StoredObject;
  readonly sealer: FrameSealer;
  /** What its failures are called. */
  readonly code: FailureCode;
  /** Its stored bytes. */
  open(signal?: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** The same bytes in other places, one after the other: taken when those of {@link open} are damaged. */
  others?(signal?: AbortSignal): AsyncIterable<AsyncIterable<Buffer>>;
}

/**
 * The plaintext of a stored document. Rejects with its code when the object is missing, not the one the manifest names,
 * or damaged anywhere, and nobody else has it whole; what was yielded before that is good. Memory held: two frames.
 */
export async function* readDocument(
  document: StoredDocument,
  codecs: CodecShelf,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  /** Frames that were yielded: all of them were whole, wherever they came from. */
  const progress = { frames: 0 };
  try {
    yield* readOnce(document, () => document.open(signal), progress, codecs, signal);
  } catch (error) {
    if (!isFailure(error, document.code)) throw error;
    for await (const bytes of document.others?.(signal) ?? []) {
      try {
        yield* readOnce(document, () => Promise.resolve(bytes), progress, codecs, signal);
        return;
      } catch (second) {
        if (!isFailure(second) || second.kind === 'cancelled') throw second;
      }
    }
    throw error;
  }
}

/** From the frame on that is wanted next. */
async function* readOnce(
  document: StoredDocument,
  open: () => Promise<AsyncIterable<Buffer>>,
  progress: { frames: number },
  codecs: CodecShelf,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { key, code } = document;
  const wanted = framesFrom(progress.frames, document, open);
  const opened = mapInOrder(
    wanted,
    OPENED_AHEAD,
    async ({ header, body }, stop) =>
      (await codecs.get(header.codec)).decompress(body, header.plainLength, stop),
    signal,
  );
  try {
    for await (const plain of opened) {
      progress.frames += 1;
      yield plain;
    }
  } catch (error) {
    throw documentFailure(error, key, code);
  }
}

/** Frames that are whole, from number `first` on; the object is read and digested from its beginning to its end. */
async function* framesFrom(
  first: number,
  { key, expected, sealer, code }: StoredDocument,
  open: () => Promise<AsyncIterable<Buffer>>,
): AsyncGenerator<ReturnType<FrameSealer['open']>> {
  const seen = meter();
  let held: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const piece of await open()) {
    seen.add(piece);
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    for (
      let length = frameLength(held);
      length !== undefined && held.length >= length;
      length = frameLength(held)
    ) {
      if (number >= first) yield sealer.open(held.subarray(0, length), number, 0);
      held = held.subarray(length);
      number += 1;
    }
  }
  const { size, sha256 } = seen.result();
  if (held.length > 0 || size !== expected.size || sha256 !== expected.sha256) {
    throw new Failure(code, `"${key}" is not the object that the manifest names`, {
      key,
      size,
      expected: expected.size,
    });
  }
}

/** Length of the frame at the start of `held`, or `undefined` while its header is not whole. */
function frameLength(held: Buffer): number | undefined {
  if (held.length < HEADER_BYTES) return undefined;
  return decodeHeader(held).bodyLength + FRAME_OVERHEAD;
}

const DAMAGE: readonly FailureCode[] = ['frame.damaged', 'codec.failed', 'storage.object-missing'];

function documentFailure(error: unknown, key: string, code: FailureCode): Failure {
  const failure = asFailure(error);
  if (!DAMAGE.includes(failure.code)) return failure;
  return new Failure(code, `"${key}" is damaged: ${failure.message}`, { key }, failure);
}
