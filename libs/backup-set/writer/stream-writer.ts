import type { Entry, EntryLines, Notice } from '#domain';
import { invariant } from '#kernel';
import { discard, mapInOrder, type Slabs } from '#codecs';
import type { Framed, FramerPart } from '#pieces';
import { CatalogueWriter, type EntryTotals } from '../catalogue/catalogue-writer.js';
import type { DocumentWriter } from '../frames/document-writer.js';
import { FrameIndexBuilder } from '../frames/index-builder.js';
import { encodePieces, PIECES_MARK } from '../frames/piece-rows.js';
import type { StoredObject } from '../frames/stored-object.js';
import type { Documents } from './documents.js';
import { framesOf } from './framing.js';
import { limitsOf, type NewBackup, type WriterDeps } from './new-backup.js';
import { SegmentWriter, type KeptCounts, type PackedFrame, type SegmentOptions } from './segment-writer.js';

/** Some bytes of a stream, and the entries that end in them: what an engine yields. */
export interface StreamPart extends FramerPart {
  readonly entries: readonly Entry[];
  /** The same as text, where the engine has it: then the entries are not asked for. Its memory is given away. */
  readonly lines?: EntryLines | undefined;
}

export interface StreamOptions extends Pick<
  SegmentOptions,
  'folder' | 'sealer' | 'slabs' | 'maxBytes' | 'signal' | 'onStored' | 'journal' | 'replay'
> {
  /** What frames are kept in; {@link slabs} are for segments. */
  readonly frameSlabs: Slabs;
}

interface Packed extends Framed {
  readonly body: Buffer | undefined;
}

/** What a stream leaves beside its segments. */
export interface StreamDocuments {
  readonly catalogue: DocumentWriter;
  /** Only of a stream that is cut by its content. */
  readonly pieces: DocumentWriter | undefined;
}

/**
 * The way of one stream into the storage: cut into frames, compressed on lanes, sealed and packed into segments; with its
 * catalogue, index and list of pieces. Memory held: the limits of the writer, and the rows of the index.
 */
export class StreamWriter {
  readonly index: FrameIndexBuilder;
  readonly documents: StreamDocuments;
  readonly #catalogue: CatalogueWriter;
  readonly #segments: SegmentWriter;
  #streamBytes = 0;
  #extentBytes = 0;

  private constructor(
    private readonly deps: WriterDeps,
    private readonly backup: NewBackup,
    documents: StreamDocuments,
    private readonly options: StreamOptions,
  ) {
    const { queue: _, ...limits } = limitsOf(deps);
    this.index = new FrameIndexBuilder(backup.framing);
    this.documents = documents;
    this.#catalogue = new CatalogueWriter(documents.catalogue);
    this.#segments = new SegmentWriter({ ...options, storage: deps.storage, limits, index: this.index });
  }

  static async begin(
    deps: WriterDeps,
    backup: NewBackup,
    documents: Documents,
    options: StreamOptions,
  ): Promise<StreamWriter> {
    const catalogue = await documents.begin('catalogue');
    const pieces = backup.framing === 'content-defined' ? await documents.begin('pieces') : undefined;
    await pieces?.append(PIECES_MARK);
    return new StreamWriter(deps, backup, { catalogue, pieces }, options);
  }

  /** Resolves when every segment is stored for good. Calls `passed` for each part that is on its way. */
  async write(parts: AsyncIterable<StreamPart>, signal: AbortSignal, passed: () => void): Promise<void> {
    const { codec } = this.deps;
    const frames = framesOf(
      this.#noted(parts, passed),
      this.options.frameSlabs,
      this.deps,
      this.backup,
      signal,
    );
    const packed = mapInOrder(
      frames,
      // The engine has read one more ahead.
      Math.max(1, limitsOf(this.deps).queue - 1),
      async (framed): Promise<Packed> => ({
        ...framed,
        body: framed.frame && (await codec.compress(framed.frame, signal)),
      }),
      signal,
    );
    for await (const each of packed) await this.#add(each);
    await this.#segments.finish();
    // The documents that follow need the room.
    this.options.slabs.clear();
    this.options.frameSlabs.clear();
    const isWhole = this.backup.framing === 'fixed' || this.#extentBytes === this.#streamBytes;
    invariant(isWhole, `extents of ${this.#extentBytes} bytes make a stream of ${this.#streamBytes}`);
    this.index.check(this.backup.level);
  }

  /** Waits for puts that are still under way, whatever becomes of them. */
  async settle(): Promise<void> {
    await this.#segments.settle();
  }

  /** The catalogue is complete with these. */
  async note(notices: readonly Notice[]): Promise<void> {
    await this.#catalogue.close(notices);
  }

  get segments(): readonly StoredObject[] {
    return this.#segments.segments;
  }

  /** What an interrupted run had stored of it. */
  get kept(): KeptCounts {
    return this.#segments.kept;
  }

  get entryTotals(): EntryTotals {
    return this.#catalogue.totals;
  }

  get streamBytes(): number {
    return this.#streamBytes;
  }

  async *#noted(parts: AsyncIterable<StreamPart>, passed: () => void): AsyncGenerator<StreamPart> {
    for await (const part of parts) {
      if (part.lines) await this.#addLines(part.lines);
      else await this.#catalogue.addEntries(part.entries);
      // Before it is given away.
      this.#streamBytes += part.bytes.length;
      passed();
      yield part;
    }
  }

  /** They come by the megabyte, and would wait for a collection. */
  async #addLines(lines: EntryLines): Promise<void> {
    await this.#catalogue.addLines(lines);
    const { buffer } = lines.text;
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }

  async #add({ frame, body, extents, pieces }: Packed): Promise<void> {
    for (const extent of extents) {
      this.index.addExtent(extent);
      this.#extentBytes += extent.length;
    }
    if (pieces.length > 0) await this.documents.pieces?.append(encodePieces(pieces));
    if (!frame) return;
    await this.#segments.add(this.#packed(frame, body));
    if (body) discard(body);
    this.options.frameSlabs.give(frame);
  }

  #packed(plain: Buffer, body: Buffer | undefined): PackedFrame {
    return {
      plain,
      codec: body ? this.deps.codec.name : 'none',
      body: body ?? plain,
    };
  }
}
