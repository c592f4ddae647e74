import { createReadStream } from 'node:fs';
import { asFailure, Failure, isFailure, type FailureCode } from '#kernel';
import { readAll, type StorageBackend } from '#storage';
import { mapInOrder } from '#codecs';
import type { ListedBackup } from '../backup-list.js';
import { readCatalogue } from '../catalogue/catalogue-reader.js';
import type { CatalogueLine } from '../catalogue/catalogue-line.js';
import type { Container } from '../container/container.js';
import type { CodecShelf } from '../frames/codec-shelf.js';
import { readDocument } from '../frames/document-reader.js';
import { FrameIndex, type PlacedFrame } from '../frames/frame-index.js';
import { damaged } from '../frames/frame-header.js';
import { FrameSealer } from '../frames/frame-sealer.js';
import type { DataKey, StreamName } from '../keys/data-key.js';
import { segmentKey } from '../layout.js';
import { checkSignature, type Manifest } from '../manifest.js';
import { frameFailure } from './frame-failure.js';
import { visitsOf, type FrameVisit, type Range } from './ranges.js';
import { rebuildCatalogue } from './rebuilt-catalogue.js';
import { rebuildIndex } from './rebuilt-index.js';
import type { Rescue, Rescued } from './rescue.js';

export interface ReaderDeps {
  readonly storage: StorageBackend;
  readonly container: Container;
  readonly codecs: CodecShelf;
  /** Frames fetched and opened at the same time. */
  readonly lanes: number;
  /** Given this, an index or a catalogue that cannot be read is made anew from the data, and {@link BackupReader.rescued}
   * says so. That reads all the data of the backup, and a catalogue is read twice. */
  readonly rescue?: Rescue | undefined;
}

/** A part of the stream that cannot be read, and why. */
export interface Damage extends Range {
  readonly failure: Failure;
}

/**
 * Reads one committed backup and believes nothing unchecked: the manifest's signature, every frame's tag, every length
 * and number, every document's digest. Memory held: `lanes` frames, and the frame index (24 bytes a frame).
 */
export class BackupReader {
  readonly #deps: ReaderDeps;
  readonly #dataKey: DataKey | undefined;
  readonly listed: ListedBackup;
  /** What was made anew so far. */
  readonly rescued: Rescued[] = [];
  #index: Promise<FrameIndex> | undefined;
  /** Path of the catalogue that was made anew; of none when the stored one is whole. */
  #catalogue: Promise<string | undefined> | undefined;

  /** `container.encrypted` when the container is locked; `manifest.damaged` when the manifest is not signed by its key. */
  constructor(deps: ReaderDeps, listed: ListedBackup) {
    this.#deps = deps;
    this.listed = listed;
    this.#dataKey = deps.container.dataKey(this.manifest.dataKey, this.manifest.backup);
    if (this.manifest.container !== deps.container.id) {
      throw new Failure('manifest.damaged', `backup ${this.manifest.backup} is of another container`, {});
    }
    checkSignature(listed.read, this.#dataKey);
  }

  get manifest(): Manifest {
    return this.listed.read.manifest;
  }

  /** The lines of the catalogue, in stream order, notices last. */
  catalogue(signal?: AbortSignal): AsyncGenerator<CatalogueLine, void> {
    const { rescue } = this.#deps;
    return rescue ? this.#rescuedCatalogue(rescue, signal) : this.#storedCatalogue(signal);
  }

  /** The engine's state after this backup. */
  state(signal?: AbortSignal): { open(): AsyncIterable<Buffer> } {
    return { open: () => this.#read('state', 'state.damaged', signal) };
  }

  /** Where the frames lie; read once. The signal is that of whoever asks first. */
  index(signal?: AbortSignal): Promise<FrameIndex> {
    this.#index ??= this.#wholeIndex(signal).catch((error: unknown) => {
      // The next one may have more luck, or another signal.
      this.#index = undefined;
      throw error;
    });
    return this.#index;
  }

  /** The whole stream. */
  async *stream(signal?: AbortSignal): AsyncGenerator<Buffer> {
    yield* this.bytes([{ start: 0, end: this.manifest.totals.streamBytes }], signal);
  }

  /** Ranges of the stream one behind the other; they must rise and not overlap. Only the frames that hold them are read. */
  async *bytes(ranges: Iterable<Range>, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const visits = visitsOf(await this.index(signal), ranges);
    const opened = mapInOrder(
      visits,
      this.#deps.lanes,
      async (visit) => ({ visit, plain: await this.#open(visit, signal) }),
      signal,
    );
    for await (const { visit, plain } of opened) {
      for (const { start, end } of visit.slices) yield plain.subarray(start, end);
    }
  }

  /** Reads every frame of the ranges and tells which of them cannot be: for naming what is lost. */
  async *damageIn(ranges: Iterable<Range>, signal?: AbortSignal): AsyncGenerator<Damage> {
    const visits = visitsOf(await this.index(signal), ranges);
    const looked = mapInOrder(visits, this.#deps.lanes, (visit) => this.#look(visit, signal), signal);
    for await (const damage of looked) if (damage) yield damage;
  }

  async #look(visit: FrameVisit, signal?: AbortSignal): Promise<Damage | undefined> {
    try {
      await this.#open(visit, signal);
      return undefined;
    } catch (error) {
      const failure = asFailure(error);
      if (failure.kind !== 'corrupt') throw failure;
      return { start: visit.frame.at, end: visit.frame.at + visit.frame.plain, failure };
    }
  }

  async #open({ frame }: FrameVisit, signal?: AbortSignal): Promise<Buffer> {
    try {
      if (frame.stored === 0) throw damaged('it is in none of the segments');
      const stored = await this.#fetch(frame, signal);
      const { header, body } = this.#sealer('data').open(stored, frame.number, frame.segment);
      if (header.plainLength !== frame.plain) throw damaged('it is not as long as the index says');
      return await (await this.#deps.codecs.get(header.codec)).decompress(body, header.plainLength, signal);
    } catch (error) {
      throw frameFailure(error, this.manifest, frame);
    }
  }

  async #fetch(frame: PlacedFrame, signal?: AbortSignal): Promise<Buffer> {
    const key = segmentKey(this.listed.folder, frame.segment);
    const range = { start: frame.offset, end: frame.offset + frame.stored };
    return readAll(await this.#deps.storage.get(key, range, signal));
  }

  #storedCatalogue(signal?: AbortSignal): AsyncGenerator<CatalogueLine, void> {
    return readCatalogue(this.#read('catalogue', 'catalogue.damaged', signal));
  }

  async *#rescuedCatalogue(rescue: Rescue, signal?: AbortSignal): AsyncGenerator<CatalogueLine, void> {
    this.#catalogue ??= this.#wholeCatalogue(rescue, signal).catch((error: unknown) => {
      this.#catalogue = undefined;
      throw error;
    });
    const path = await this.#catalogue;
    yield* path === undefined ? this.#storedCatalogue(signal) : readCatalogue(createReadStream(path));
  }

  async #wholeCatalogue(rescue: Rescue, signal?: AbortSignal): Promise<string | undefined> {
    try {
      // Damage may show only at the end, and by then lines would have been handed over.
      for await (const _ of this.#storedCatalogue(signal)) continue;
      return undefined;
    } catch (error) {
      if (!isFailure(error, 'catalogue.damaged')) throw error;
      const path = await rebuildCatalogue(this.stream(signal), this.manifest, rescue);
      this.#tellRescued('catalogue', error, this.manifest.totals.skipped);
      return path;
    }
  }

  async #wholeIndex(signal?: AbortSignal): Promise<FrameIndex> {
    try {
      return await this.#loadIndex(signal);
    } catch (error) {
      if (!this.#deps.rescue || !isFailure(error, 'index.damaged')) throw error;
      const { storage, lanes } = this.#deps;
      const { folder } = this.listed;
      const segments = { storage, folder, manifest: this.manifest, sealer: this.#sealer('data'), lanes };
      const index = await rebuildIndex(segments, signal);
      this.#tellRescued('index', error, 0);
      return index;
    }
  }

  #tellRescued(object: Rescued['object'], failure: Failure, unnamed: number): void {
    this.rescued.push({ object, backup: this.manifest.backup, failure, unnamed });
  }

  async #loadIndex(signal?: AbortSignal): Promise<FrameIndex> {
    const pieces: Buffer[] = [];
    for await (const piece of this.#read('index', 'index.damaged', signal)) pieces.push(piece);
    const index = new FrameIndex(Buffer.concat(pieces));
    if (index.streamBytes !== this.manifest.totals.streamBytes) {
      throw new Failure(
        'index.damaged',
        `the frame index of backup ${this.manifest.backup} does not add up`,
        {
          backup: this.manifest.backup,
        },
      );
    }
    return index;
  }

  #read(
    name: 'catalogue' | 'index' | 'state',
    code: FailureCode,
    signal?: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const { storage, codecs } = this.#deps;
    return readDocument(
      storage,
      this.listed.folder + name,
      this.manifest[name],
      this.#sealer(name),
      codecs,
      code,
      signal,
    );
  }

  #sealer(stream: StreamName): FrameSealer {
    return new FrameSealer(
      stream,
      { container: this.#deps.container.id, backup: this.manifest.backup },
      this.#dataKey,
    );
  }
}
