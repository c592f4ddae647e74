import { asFailure, Failure, type FailureCode } from '#kernel';
import { meter } from '#codecs';
import type { CodecShelf } from './codec-shelf.js';
import { decodeHeader, FRAME_OVERHEAD, HEADER_BYTES } from './frame-header.js';
import type { FrameSealer } from './frame-sealer.js';
import type { StoredObject } from './stored-object.js';

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
}

/**
 * The plaintext of a stored document. Rejects with its code when the object is missing, not the one the manifest names,
 * or damaged anywhere; what was yielded before that is good. Memory held: one frame.
 */
export async function* readDocument(
  document: StoredDocument,
  codecs: CodecShelf,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { key, expected, sealer, code } = document;
  const seen = meter();
  let held: Buffer = Buffer.alloc(0);
  let number = 0;
  try {
    for await (const piece of await document.open(signal)) {
      seen.add(piece);
      held = held.length === 0 ? piece : Buffer.concat([held, piece]);
      for (
        let length = frameLength(held);
        length !== undefined && held.length >= length;
        length = frameLength(held)
      ) {
        const { header, body: packed } = sealer.open(held.subarray(0, length), number, 0);
        yield await (await codecs.get(header.codec)).decompress(packed, header.plainLength, signal);
        held = held.subarray(length);
        number += 1;
      }
    }
  } catch (error) {
    throw documentFailure(error, key, code);
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
