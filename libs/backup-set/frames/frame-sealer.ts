import { checksum, checksumMatches, sealed, unseal, type CodecName } from '#codecs';
import type { DataKey, StreamName } from '../keys/data-key.js';
import {
  associatedData,
  damaged,
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
  nonceOf,
  TAG_BYTES,
  type FrameHeader,
  type FramePlace,
} from './frame-header.js';

/**
 * Seals the frames of one stream of one backup: AES-256-GCM under the stream's key, or, in a container without
 * encryption, a SHA-256 checksum over the same bytes. This is the place where a frame is sealed and unsealed.
 */
export class FrameSealer {
  readonly #key: Buffer | undefined;

  constructor(
    readonly stream: StreamName,
    readonly place: Omit<FramePlace, 'segment'>,
    dataKey: DataKey | undefined,
  ) {
    this.#key = dataKey?.forFrames(stream);
  }

  /**
   * The stored frame, as pieces to be written one behind the other; what is not encrypted is the body itself. `number` must
   * never be used twice with different contents: it is the nonce.
   */
  *seal(
    number: number,
    segment: number,
    plainLength: number,
    codec: CodecName,
    body: Uint8Array,
  ): Generator<Buffer, void> {
    const header = encodeHeader({
      stream: this.stream,
      number,
      codec,
      sealed: this.#key !== undefined,
      plainLength,
      bodyLength: body.length,
    });
    const associated = associatedData({ ...this.place, segment }, header);
    // Whoever takes a piece may do away with it.
    yield header;
    if (this.#key) return yield* sealed(body, this.#key, nonceOf(number), associated);
    yield Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    yield checksum(associated, body);
  }

  /** Header and body of a stored frame that is whole and stands where it belongs; otherwise `frame.damaged`. */
  open(stored: Uint8Array, number: number, segment: number): { header: FrameHeader; body: Buffer } {
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    const header = decodeHeader(bytes);
    const end = HEADER_BYTES + header.bodyLength;
    if (bytes.length !== end + TAG_BYTES) throw damaged('it is not as long as it says');
    if (header.stream !== this.stream || header.number !== number) throw damaged('it belongs elsewhere');
    // Without this, whoever can write to the storage could pass a checksummed frame for a sealed one.
    if (header.sealed !== (this.#key !== undefined))
      throw damaged('its sealing is not that of the container');
    const head = bytes.subarray(0, HEADER_BYTES);
    const body = bytes.subarray(HEADER_BYTES, end);
    const tag = bytes.subarray(end);
    const associated = associatedData({ ...this.place, segment }, head);
    if (this.#key) return { header, body: unseal(body, tag, this.#key, nonceOf(number), associated) };
    if (!checksumMatches(tag, associated, body)) throw damaged('its checksum does not match');
    return { header, body };
  }
}
