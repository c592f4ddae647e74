import { Failure, isFailure } from '#kernel';
import { readAll, type StorageBackend } from '#storage';
import { discard } from '#codecs';
import type { CodecShelf } from '../frames/codec-shelf.js';
import { isDamage } from '../from-any-copy.js';
import { damaged } from '../frames/frame-header.js';
import type { FrameIndex } from '../frames/frame-index.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import type { FrameRow } from '../frames/index-rows.js';
import { segmentKey } from '../layout.js';
import type { Manifest } from '../manifest.js';

/** The frames of one backup, as they are asked for by its own stream and by those of the levels above. */
export interface FrameSource {
  readonly manifest: Manifest;
  /** Where the frame lies. Rejects with `index.damaged` when the backup has none of that number. */
  place(frame: number, signal?: AbortSignal): Promise<FrameRow>;
  /** Stored bytes of a segment. */
  fetch(segment: number, start: number, end: number, signal?: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** The plaintext of a stored frame, which is given away. Rejects with `frame.damaged` or `codec.failed`. */
  open(row: FrameRow, stored: Buffer, signal?: AbortSignal): Promise<Buffer>;
}

export interface StoredFramesDeps {
  readonly storage: StorageBackend;
  readonly codecs: CodecShelf;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly sealer: FrameSealer;
  readonly index: (signal?: AbortSignal) => Promise<FrameIndex>;
}

export class StoredFrames implements FrameSource {
  constructor(private readonly deps: StoredFramesDeps) {}

  get manifest(): Manifest {
    return this.deps.manifest;
  }

  async place(frame: number, signal?: AbortSignal): Promise<FrameRow> {
    const row = (await this.deps.index(signal)).frame(frame);
    if (row) return row;
    const { backup } = this.manifest;
    throw new Failure('index.damaged', `backup ${backup} has no frame ${frame}`, { backup, frame });
  }

  async fetch(segment: number, start: number, end: number, signal?: AbortSignal) {
    const { storage, folder } = this.deps;
    return storage.get(segmentKey(folder, segment), { start, end }, signal);
  }

  async open(row: FrameRow, stored: Buffer, signal?: AbortSignal): Promise<Buffer> {
    try {
      return await this.#opened(row, stored, signal);
    } catch (error) {
      const whole = isDamage(error) ? await this.#fromOtherCopies(row, signal) : undefined;
      if (whole) return whole;
      throw error;
    }
  }

  /** The same frame of the first storage that has it whole, when there are several. */
  async #fromOtherCopies(row: FrameRow, signal?: AbortSignal): Promise<Buffer | undefined> {
    const key = segmentKey(this.deps.folder, row.segment);
    const range = { start: row.offset, end: row.offset + row.stored };
    for (const { storage } of this.deps.storage.alternatives?.() ?? []) {
      try {
        return await this.#opened(row, await readAll(await storage.get(key, range, signal)), signal);
      } catch (error) {
        if (!isFailure(error) || error.kind === 'cancelled') throw error;
      }
    }
    return undefined;
  }

  async #opened(row: FrameRow, stored: Buffer, signal?: AbortSignal): Promise<Buffer> {
    const { sealer, codecs } = this.deps;
    const { header, body } = sealer.open(stored, row.number, row.segment);
    if (header.plainLength !== row.plain) throw damaged('it is not as long as the index says');
    // Unsealed bytes are a copy, checksummed ones are the stored bytes themselves.
    if (header.sealed) discard(stored);
    const plain = await (await codecs.get(header.codec)).decompress(body, header.plainLength, signal);
    if (plain.buffer !== body.buffer) discard(body);
    return plain;
  }
}
