import { createReadStream } from 'node:fs';
import { Failure, isFailure } from '#kernel';
import type { KnownPiece } from '#pieces';
import type { ListedBackup } from '../backup-list.js';
import { readCatalogue } from '../catalogue/catalogue-reader.js';
import type { CatalogueLine } from '../catalogue/catalogue-line.js';
import type { Container } from '../container/container.js';
import type { FrameIndex } from '../frames/frame-index.js';
import { FrameSealer } from '../frames/frame-sealer.js';
import { decodePieces } from '../frames/piece-rows.js';
import type { DataKey, StreamName } from '../keys/data-key.js';
import { checkSignature, type Manifest } from '../manifest.js';
import { openVisits, type OpenedVisit } from './fetch-ahead.js';
import { UNTIL_NEXT, type Loan } from './lent-frames.js';
import { StoredFrames, type FrameSource } from './frame-source.js';
import { visitsOf } from './frame-visits.js';
import { watchedFrames, type FrameLook } from './watched-frames.js';
import type { Range } from './ranges.js';
import { rebuildCatalogue } from './rebuilt-catalogue.js';
import { rebuildIndex } from './rebuilt-index.js';
import type { Rescue, Rescued } from './rescue.js';
import { StoredDocuments, type DocumentDeps } from './stored-documents.js';
import { beyondRescue, readIndex } from './whole-index.js';

export interface ReaderDeps extends DocumentDeps {
  readonly container: Container;
  /** Frames opened at the same time, and reads at the same time. */
  readonly lanes: number;
  /** Given this, an index or a catalogue that cannot be read is made anew from the data, and {@link BackupReader.rescued}
   * says so. That reads all the data of the backup, and a catalogue is read twice. */
  readonly rescue?: Rescue | undefined;
}

/** A part of the stream that cannot be read, and why. */
export interface Damage extends Range {
  readonly failure: Failure;
}

/** A stream that is cut by its content comes back to a frame again and again, between slices of others. */
const KEPT_BYTES = 16 << 20;

/**
 * Reads one committed backup and believes nothing unchecked: the manifest's signature, every frame's tag, every length
 * and number, every document's digest. Memory held: some MiB that are fetched ahead, the frames of {@link openVisits}, and
 * the index (at most 32 bytes a frame and 24 an extent).
 */
export class BackupReader {
  readonly #deps: ReaderDeps;
  readonly #dataKey: DataKey | undefined;
  readonly #documents: StoredDocuments;
  readonly #frames: FrameSource;
  readonly listed: ListedBackup;
  /** The levels it stands on, level 0 first, as far as they are there. */
  readonly below: readonly BackupReader[];
  /** What was made anew so far. */
  readonly rescued: Rescued[] = [];
  #index: Promise<FrameIndex> | undefined;
  /** Path of the catalogue that was made anew; of none when the stored one is whole. */
  #catalogue: Promise<string | undefined> | undefined;

  /**
   * `container.encrypted` when the container is locked; `manifest.damaged` when the manifest is not signed by its key. The
   * stream of a backup that was cut by its content needs the levels `below`; see `openChain` and `openLevel`.
   */
  constructor(deps: ReaderDeps, listed: ListedBackup, below: readonly BackupReader[] = []) {
    this.#deps = deps;
    this.listed = listed;
    this.below = below;
    this.#dataKey = deps.container.dataKey(this.manifest.dataKey, this.manifest.backup);
    if (this.manifest.container !== deps.container.id) {
      throw new Failure('manifest.damaged', `backup ${this.manifest.backup} is of another container`, {});
    }
    checkSignature(listed.read, this.#dataKey);
    this.#documents = new StoredDocuments(deps, listed, (name) => this.#sealer(name));
    this.#frames = new StoredFrames({
      ...{ storage: deps.storage, codecs: deps.codecs, folder: listed.folder, manifest: this.manifest },
      sealer: this.#sealer('data'),
      index: (signal) => this.index(signal),
    });
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
    return { open: () => this.#documents.read('state', signal) };
  }

  /** The pieces in its own frames; none when its stream was not cut by its content. Rejects with `state.damaged`. */
  async *pieces(signal?: AbortSignal): AsyncGenerator<readonly KnownPiece[]> {
    const { level, pieces } = this.manifest;
    if (pieces) yield* decodePieces(this.#documents.read('pieces', signal), level);
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
    yield* this.bytes(this.#all(), signal);
  }

  /**
   * The whole stream, each buffer of which is emptied when the next one is asked for. `look` gets each frame of this
   * backup before what is taken of it.
   */
  async *lentStream(signal?: AbortSignal, look?: FrameLook): AsyncGenerator<Buffer> {
    const own = look ? watchedFrames(this.#frames, look) : this.#frames;
    for await (const { visit, outcome } of this.#opened(this.#all(), UNTIL_NEXT, signal, own)) {
      if ('failure' in outcome) throw outcome.failure;
      if (visit.level === this.manifest.level) await look?.plain(visit.frame, outcome.plain);
      for (const { start, end } of visit.slices) yield outcome.plain.subarray(start, end);
    }
  }

  /** Ranges of the stream one behind the other; they must rise and not overlap. Only the frames that hold them are read. */
  async *bytes(ranges: Iterable<Range>, signal?: AbortSignal): AsyncGenerator<Buffer> {
    yield* this.#slices(ranges, undefined, signal);
  }

  /** The same; each buffer is emptied when its loan is over and the next one is asked for. */
  async *lentBytes(ranges: Iterable<Range>, loan: Loan, signal?: AbortSignal): AsyncGenerator<Buffer> {
    yield* this.#slices(ranges, loan, signal);
  }

  /** Reads every frame of the ranges and tells which of them cannot be: for naming what is lost. */
  async *damageIn(ranges: Iterable<Range>, signal?: AbortSignal): AsyncGenerator<Damage> {
    for await (const { visit, outcome } of this.#opened(ranges, UNTIL_NEXT, signal)) {
      if ('plain' in outcome) continue;
      for (const { start, end } of visit.span) yield { start, end, failure: outcome.failure };
    }
  }

  async *#slices(
    ranges: Iterable<Range>,
    loan: Loan | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<Buffer> {
    for await (const { visit, outcome } of this.#opened(ranges, loan, signal)) {
      if ('failure' in outcome) throw outcome.failure;
      for (const { start, end } of visit.slices) yield outcome.plain.subarray(start, end);
    }
  }

  async *#opened(
    ranges: Iterable<Range>,
    loan: Loan | undefined,
    signal?: AbortSignal,
    own = this.#frames,
  ): AsyncGenerator<OpenedVisit> {
    const index = await this.index(signal);
    const keptBytes = index.framing === 'content-defined' ? KEPT_BYTES : 0;
    const sourceOf = (level: number) => (level === this.manifest.level ? own : this.#sourceBelow(level));
    const options = { lanes: this.#deps.lanes, keptBytes, loan, sourceOf };
    yield* openVisits(visitsOf(index, ranges), options, signal);
  }

  #sourceBelow(level: number): FrameSource {
    const lower = this.below.find(({ manifest }) => manifest.level === level);
    if (lower) return lower.#frames;
    const { backup } = this.manifest;
    const message = `backup ${backup} consists in part of level ${level} of its chain, which is not there`;
    throw new Failure('chain.broken', message, { backup, level });
  }

  #all(): Range[] {
    return [{ start: 0, end: this.manifest.totals.streamBytes }];
  }

  #storedCatalogue(signal?: AbortSignal): AsyncGenerator<CatalogueLine, void> {
    return readCatalogue(this.#documents.read('catalogue', signal));
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
    const { manifest } = this;
    try {
      return await readIndex(this.#documents.read('index', signal), manifest);
    } catch (error) {
      if (!this.#deps.rescue || !isFailure(error, 'index.damaged')) throw error;
      if (manifest.pieces) throw beyondRescue(manifest, error);
      const { storage, lanes } = this.#deps;
      const { folder } = this.listed;
      const index = await rebuildIndex(
        { storage, folder, manifest, sealer: this.#sealer('data'), lanes },
        signal,
      );
      this.#tellRescued('index', error, 0);
      return index;
    }
  }

  #tellRescued(object: Rescued['object'], failure: Failure, unnamed: number): void {
    this.rescued.push({ object, backup: this.manifest.backup, failure, unnamed });
  }

  #sealer(stream: StreamName): FrameSealer {
    return new FrameSealer(
      stream,
      { container: this.#deps.container.id, backup: this.manifest.backup },
      this.#dataKey,
    );
  }
}
