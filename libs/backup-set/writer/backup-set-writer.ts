import { Failure, invariant, isFailure } from '#kernel';
import { bodyOf } from '#storage';
import { Slabs } from '#codecs';
import type { DocumentWriter } from '../frames/document-writer.js';
import { FrameSealer } from '../frames/frame-sealer.js';
import type { StoredObject } from '../frames/stored-object.js';
import { DataKey, type StreamName } from '../keys/data-key.js';
import type { WrappedKey } from '../keys/wrap.js';
import { backupFolder, objectNames } from '../layout.js';
import { encodeManifest, type Manifest } from '../manifest.js';
import { BackupJournal } from '../resume/backup-journal.js';
import { Replay } from '../resume/replay.js';
import { removeBackup } from '../upkeep/removal.js';
import { putWriterMark, removeWriterMark } from '../upkeep/writer-mark.js';
import { composeManifest, type DocumentName, type WrittenDocuments } from './compose-manifest.js';
import { MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES } from './frame-cutter.js';
import { frameBytesOf } from './framing.js';
import { Documents } from './documents.js';
import { keepForNextLevel } from './kept-documents.js';
import { confirmBase, confirmManifest, confirmObjects, onEachCopy } from './last-look.js';
import type { NewBackup, OnProgress, StreamEnd, WriterDeps } from './new-backup.js';
import type { KeptCounts } from './segment-writer.js';
import { StreamWriter, type StreamPart } from './stream-writer.js';

/** Kept for the next segment. */
const SPARE_SLABS = 32;

/**
 * Writes one backup: `begin`, `write` the stream, then `commit` or `abandon`. Until the manifest is put at the very end
 * of `commit` there is no backup. Memory held: what its limits say.
 */
export class BackupSetWriter {
  readonly folder: string;
  /** As large as a frame: parts in these are not copied, and their memory is used again. */
  readonly slabs: Slabs;
  readonly #segmentSlabs: Slabs;
  readonly #deps: WriterDeps;
  readonly #backup: NewBackup;
  readonly #dataKey: { key: DataKey; wrapped: WrappedKey } | undefined;
  readonly #documents: Documents;
  #stream: StreamWriter | undefined;
  #onProgress: OnProgress | undefined;
  #journal: BackupJournal | undefined;
  #isCutOff = false;
  #stage: 'begun' | 'writing' | 'committing' = 'begun';
  #storedBytes = 0;

  private constructor(deps: WriterDeps, backup: NewBackup) {
    this.#deps = deps;
    this.#backup = backup;
    this.#dataKey = backup.takenUp
      ? backup.takenUp.interrupted.dataKey
      : deps.container.newDataKey(backup.id);
    this.folder = backupFolder(backup);
    const bytes = frameBytesOf(deps, backup.framing);
    // A framer wants memory that changes hands.
    this.slabs = new Slabs(bytes, SPARE_SLABS, backup.framing === 'fixed');
    this.#segmentSlabs = new Slabs(bytes, SPARE_SLABS);
    // Nobody else ever has this key, so what it seals is worth nothing once this process is gone.
    const passing = this.#dataKey && this.#journals ? DataKey.random() : undefined;
    const meanwhile = (name: DocumentName) =>
      passing && name === 'catalogue' ? this.#sealer(name, passing) : undefined;
    this.#documents = new Documents(deps, backup, this.folder, (name) => this.#sealer(name), meanwhile);
  }

  /**
   * Leaves the writer's mark in the container, so that nobody sweeps what follows; one that was interrupted has it already.
   * `input.invalid` when the segments are
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
    if (backup.takenUp) writer.#journal = backup.takenUp.journal;
    else {
      await putWriterMark(deps.storage, writer.folder, deps.writer, backup.startedAt, signal);
      await writer.#openJournal();
    }
    return writer;
  }

  /**
   * Stores the whole stream: cut, compressed on `lanes`, sealed, packed and put, with the catalogue beside it. The bytes of
   * the parts are given away. Calls `onProgress` often, and not after it has resolved or rejected.
   */
  async write(parts: AsyncIterable<StreamPart>, signal: AbortSignal, onProgress?: OnProgress): Promise<void> {
    this.#onProgress = onProgress;
    try {
      this.#enter('begun', 'writing');
      this.#stream = await StreamWriter.begin(this.#deps, this.#backup, this.#documents, {
        ...{ folder: this.folder, signal, sealer: this.#sealer('data') },
        ...{ frameSlabs: this.slabs, slabs: this.#segmentSlabs },
        maxBytes: Math.min(this.#deps.maxSegmentBytes, MAX_SEGMENT_BYTES),
        ...{ journal: this.#journal, replay: this.#replay() },
        onStored: (bytes) => this.#stored(bytes),
      });
      await this.#stream.write(parts, signal, () => this.#report());
    } catch (error) {
      this.#isCutOff = isFailure(error, 'storage.unavailable', 'storage.timeout');
      throw error;
    } finally {
      this.#onProgress = undefined;
    }
  }

  /** Catalogue, index and state, a look at everything stored, and last the manifest: the moment the backup exists. */
  async commit(end: StreamEnd, signal: AbortSignal): Promise<Manifest> {
    this.#enter('writing', 'committing');
    const { storage } = this.#deps;
    const stream = this.#written();
    await stream.note(end.notices);
    // From here on documents are sealed, and frames of documents have no numbering.
    await this.#journal?.remove();
    const { catalogue, pieces } = stream.documents;
    const manifest = this.#manifest(end, {
      catalogue: await this.#store('catalogue', catalogue, signal),
      index: await this.#putIndex(stream, signal),
      state: await this.#putState(end.state, signal),
      pieces: pieces && (await this.#store('pieces', pieces, signal)),
    });
    const base = this.#backup.base;
    await onEachCopy(storage, (one) => confirmObjects(one, this.folder, manifest, signal));
    if (base) await confirmBase(storage, backupFolder(base.backup), signal);
    const bytes = encodeManifest(manifest, this.#dataKey?.key);
    await storage.put(this.folder + objectNames.manifest, bodyOf(bytes), signal);
    await onEachCopy(storage, (one) => confirmManifest(one, this.folder, bytes.length, signal));
    const { stateCache } = this.#deps;
    if (stateCache) await keepForNextLevel(stateCache, this.#backup, manifest, this.#documents);
    return manifest;
  }

  /** Removes the temporary files, and after a commit the writer's mark. Always to be called. */
  async close(committed: boolean): Promise<void> {
    await this.#journal?.leave();
    await this.#documents.remove();
    if (committed) await removeWriterMark(this.#deps.storage, this.folder);
  }

  /** What an interrupted run had stored of the stream, and was not stored again; nothing when there was no such run. */
  get kept(): KeptCounts | undefined {
    return this.#backup.takenUp && this.#stream?.kept;
  }

  /**
   * Leaves a backup that the storage has cut off for a later run to go on with. Gives `false` when none can: then it is to
   * be abandoned.
   */
  async setAside(): Promise<boolean> {
    if (!this.#journal || !this.#isCutOff || this.#stage !== 'writing') return false;
    await this.#stream?.settle();
    if (!this.#journal.hasSegments) return false;
    await this.#journal.leave();
    return true;
  }

  /** Takes back everything that was put. `signal` is one of its own: that of the run may be what ended it. */
  async abandon(signal: AbortSignal): Promise<void> {
    await this.#stream?.settle();
    // Should it stay, a later run finds that the segments are gone.
    await this.#journal?.remove().catch(() => undefined);
    await removeBackup(this.#deps.storage, this.folder, signal);
  }

  async #putIndex(stream: StreamWriter, signal: AbortSignal): Promise<StoredObject> {
    const document = await this.#documents.begin('index');
    for (const bytes of stream.index.bytes()) await document.append(bytes);
    return this.#store('index', document, signal);
  }

  async #putState(state: StreamEnd['state'], signal: AbortSignal): Promise<StoredObject> {
    const document = await this.#documents.begin('state');
    for await (const bytes of state.open()) await document.append(Buffer.from(bytes));
    return this.#store('state', document, signal);
  }

  async #store(name: DocumentName, document: DocumentWriter, signal: AbortSignal): Promise<StoredObject> {
    const stored = await this.#documents.store(name, document, signal);
    this.#storedBytes += stored.size;
    return stored;
  }

  #manifest({ finishedAt, notices }: StreamEnd, documents: WrittenDocuments): Manifest {
    const { entryTotals, segments, streamBytes } = this.#written();
    return composeManifest(this.#deps, this.#backup, {
      ...{ finishedAt, notices, documents, entryTotals, segments, streamBytes },
      dataKey: this.#dataKey?.wrapped,
      storedBytes: this.#storedBytes,
    });
  }

  /** A second stream under the same keys would use their nonces again, so what was tried once is not tried again. */
  #enter(from: 'begun' | 'writing', to: 'writing' | 'committing'): void {
    invariant(this.#stage === from, `a backup that is ${to} was ${from} before`);
    this.#stage = to;
  }

  #sealer(stream: StreamName, key = this.#dataKey?.key): FrameSealer {
    return new FrameSealer(stream, { container: this.#deps.container.id, backup: this.#backup.id }, key);
  }

  get #journals(): boolean {
    const { journal } = this.#deps;
    return this.#backup.takenUp !== undefined || (journal !== undefined && this.#backup.framing === 'fixed');
  }

  async #openJournal(): Promise<void> {
    const { journal, container } = this.#deps;
    if (!journal || !this.#journals) return;
    this.#journal = await BackupJournal.create(journal, container, this.#backup, this.#dataKey);
  }

  #replay(): Replay | undefined {
    const { takenUp } = this.#backup;
    return takenUp && new Replay(takenUp.interrupted.segments, takenUp.journal.tags);
  }

  #written(): StreamWriter {
    invariant(this.#stream, 'a backup is committed after its stream was written');
    return this.#stream;
  }

  #stored(bytes: number): void {
    this.#storedBytes += bytes;
    this.#report();
  }

  #report(): void {
    const { entries = 0, files = 0, contentBytes = 0 } = this.#stream?.entryTotals ?? {};
    this.#onProgress?.({
      ...{ entries, files, contentBytes },
      streamBytes: this.#stream?.streamBytes ?? 0,
      storedBytes: this.#storedBytes,
    });
  }
}
