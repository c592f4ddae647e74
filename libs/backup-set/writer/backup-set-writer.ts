import type { Notice } from '#domain';
import { Failure, invariant } from '#kernel';
import { bodyOf } from '#storage';
import { discard, mapInOrder } from '#codecs';
import { CatalogueWriter } from '../catalogue/catalogue-writer.js';
import type { DocumentWriter } from '../frames/document-writer.js';
import { FrameIndexBuilder } from '../frames/frame-index.js';
import { FrameSealer } from '../frames/frame-sealer.js';
import type { StoredObject } from '../frames/stored-object.js';
import type { DataKey, StreamName } from '../keys/data-key.js';
import type { WrappedKey } from '../keys/wrap.js';
import { backupFolder, objectNames } from '../layout.js';
import { encodeManifest, type Manifest } from '../manifest.js';
import { removeBackup } from '../upkeep/removal.js';
import { putWriterMark, removeWriterMark } from '../upkeep/writer-mark.js';
import { composeManifest, type DocumentName } from './compose-manifest.js';
import {
  cutFrames,
  frameBytesFor,
  MAX_SEGMENT_BYTES,
  MIN_SEGMENT_BYTES,
  type StreamPart,
} from './frame-cutter.js';
import { Documents } from './documents.js';
import { confirmBase, confirmManifest, confirmObjects } from './last-look.js';
import type { NewBackup, OnProgress, StreamEnd, WriterDeps } from './new-backup.js';
import { SegmentWriter } from './segment-writer.js';

/** What a stream goes into while it passes. */
interface Stream {
  readonly segments: SegmentWriter;
  readonly catalogue: CatalogueWriter;
  readonly document: DocumentWriter;
}

/**
 * Writes one backup: `begin`, `write` the stream, then `commit` or `abandon`. Until the manifest is put at the very end
 * of `commit` there is no backup. Memory held: `lanes` frames and two segments.
 */
export class BackupSetWriter {
  readonly folder: string;
  readonly #deps: WriterDeps;
  readonly #backup: NewBackup;
  readonly #dataKey: { key: DataKey; wrapped: WrappedKey } | undefined;
  readonly #index = new FrameIndexBuilder();
  readonly #documents: Documents;
  #stream: Stream | undefined;
  #onProgress: OnProgress | undefined;
  #stage: 'begun' | 'writing' | 'committing' = 'begun';
  #streamBytes = 0;
  #storedBytes = 0;

  private constructor(deps: WriterDeps, backup: NewBackup) {
    this.#deps = deps;
    this.#backup = backup;
    this.#dataKey = deps.container.newDataKey(backup.id);
    this.folder = backupFolder(backup);
    this.#documents = new Documents(deps, backup, this.folder);
  }

  /**
   * Leaves the writer's mark in the container, so that nobody sweeps what follows. `input.invalid` when the segments are
   * too small, `container.encrypted` when the container is locked.
   */
  static async begin(deps: WriterDeps, backup: NewBackup, signal: AbortSignal): Promise<BackupSetWriter> {
    if (deps.maxSegmentBytes < MIN_SEGMENT_BYTES) {
      throw new Failure(
        'input.invalid',
        `segments have at least ${MIN_SEGMENT_BYTES} bytes, not ${deps.maxSegmentBytes}`,
      );
    }
    const writer = new BackupSetWriter(deps, backup);
    await putWriterMark(deps.storage, writer.folder, deps.writer, backup.startedAt, signal);
    return writer;
  }

  /**
   * Stores the whole stream: cut, compressed on `lanes`, sealed, packed and put, with the catalogue beside it. Calls
   * `onProgress` often, and not after it has resolved or rejected.
   */
  async write(parts: AsyncIterable<StreamPart>, signal: AbortSignal, onProgress?: OnProgress): Promise<void> {
    this.#onProgress = onProgress;
    try {
      await this.#transfer(parts, signal);
    } finally {
      this.#onProgress = undefined;
    }
  }

  async #transfer(parts: AsyncIterable<StreamPart>, signal: AbortSignal): Promise<void> {
    this.#enter('begun', 'writing');
    const { codec, lanes, storage } = this.#deps;
    const maxSegmentBytes = Math.min(this.#deps.maxSegmentBytes, MAX_SEGMENT_BYTES);
    const document = await this.#documents.begin('catalogue', this.#sealer('catalogue'));
    const catalogue = new CatalogueWriter(document);
    const segments = new SegmentWriter(
      storage,
      this.folder,
      this.#sealer('data'),
      this.#index,
      maxSegmentBytes,
      signal,
      (n) => this.#stored(n),
    );
    this.#stream = { segments, catalogue, document };
    const frames = cutFrames(parts, frameBytesFor(maxSegmentBytes), async (part) => {
      await catalogue.addEntries(part.entries);
      this.#streamBytes += part.bytes.length;
      this.#report();
    });
    const packed = mapInOrder(
      frames,
      lanes,
      async (plain) => ({ plain, body: await codec.compress(plain, signal) }),
      signal,
    );
    for await (const { plain, body } of packed) {
      await segments.add({
        plainLength: plain.length,
        codec: body ? codec.name : 'none',
        body: body ?? plain,
      });
      if (body) discard(plain);
    }
    await segments.finish();
  }

  /** Catalogue, index and state, a look at everything stored, and last the manifest: the moment the backup exists. */
  async commit(end: StreamEnd, signal: AbortSignal): Promise<Manifest> {
    this.#enter('writing', 'committing');
    const { storage } = this.#deps;
    const objects = {
      catalogue: await this.#putCatalogue(end.notices, signal),
      index: await this.#putIndex(signal),
      state: await this.#putState(end.state, signal),
    };
    const manifest = this.#manifest(end, objects);
    const base = this.#backup.base;
    await confirmObjects(storage, this.folder, manifest, signal);
    if (base) await confirmBase(storage, backupFolder(base.backup), signal);
    const bytes = encodeManifest(manifest, this.#dataKey?.key);
    await storage.put(this.folder + objectNames.manifest, bodyOf(bytes), signal);
    await confirmManifest(storage, this.folder, bytes.length, signal);
    return manifest;
  }

  /** Removes the temporary files, and after a commit the writer's mark. Always to be called. */
  async close(committed: boolean): Promise<void> {
    await this.#documents.remove();
    if (committed) await removeWriterMark(this.#deps.storage, this.folder);
  }

  /** Takes back everything that was put. `signal` is one of its own: that of the run may be what ended it. */
  async abandon(signal: AbortSignal): Promise<void> {
    await this.#stream?.segments.settle();
    await removeBackup(this.#deps.storage, this.folder, signal);
  }

  async #putCatalogue(notices: readonly Notice[], signal: AbortSignal): Promise<StoredObject> {
    const { catalogue, document } = this.#written();
    await catalogue.close(notices);
    return this.#store('catalogue', document, signal);
  }

  async #putIndex(signal: AbortSignal): Promise<StoredObject> {
    const document = await this.#documents.begin('index', this.#sealer('index'));
    await document.append(this.#index.encode());
    return this.#store('index', document, signal);
  }

  async #putState(state: StreamEnd['state'], signal: AbortSignal): Promise<StoredObject> {
    const document = await this.#documents.begin('state', this.#sealer('state'));
    for await (const bytes of state.open()) await document.append(Buffer.from(bytes));
    return this.#store('state', document, signal);
  }

  async #store(name: DocumentName, document: DocumentWriter, signal: AbortSignal): Promise<StoredObject> {
    const stored = await this.#documents.store(name, document, signal);
    this.#storedBytes += stored.size;
    return stored;
  }

  #manifest(
    { finishedAt, notices }: StreamEnd,
    documents: Readonly<Record<DocumentName, StoredObject>>,
  ): Manifest {
    const { catalogue, segments } = this.#written();
    return composeManifest(this.#deps, this.#backup, {
      ...{ finishedAt, notices, documents },
      dataKey: this.#dataKey?.wrapped,
      segments: segments.segments,
      entryTotals: catalogue.totals,
      streamBytes: this.#streamBytes,
      storedBytes: this.#storedBytes,
    });
  }

  /** A second stream under the same keys would use their nonces again, so what was tried once is not tried again. */
  #enter(from: 'begun' | 'writing', to: 'writing' | 'committing'): void {
    invariant(this.#stage === from, `a backup that is ${to} was ${from} before`);
    this.#stage = to;
  }

  #sealer(stream: StreamName): FrameSealer {
    return new FrameSealer(
      stream,
      { container: this.#deps.container.id, backup: this.#backup.id },
      this.#dataKey?.key,
    );
  }

  #written(): Stream {
    invariant(this.#stream, 'a backup is committed after its stream was written');
    return this.#stream;
  }

  #stored(bytes: number): void {
    this.#storedBytes += bytes;
    this.#report();
  }

  #report(): void {
    const { entries = 0, files = 0, contentBytes = 0 } = this.#stream?.catalogue.totals ?? {};
    this.#onProgress?.({
      ...{ entries, files, contentBytes },
      streamBytes: this.#streamBytes,
      storedBytes: this.#storedBytes,
    });
  }
}
