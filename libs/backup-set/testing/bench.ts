import { join } from 'node:path';
import { openCodec, type Codec, type CodecName } from '#codecs';
import { restorePointOf, type Notice } from '#domain';
import { systemCommands, temporaryDirectory, type TemporaryDirectory } from '#host';
import { backupId, silentLogger, type BackupId } from '#kernel';
import type { StorageBackend } from '#storage';
import { collected, memoryStorage } from '#storage/testing';
import {
  BackupReader,
  BackupSetWriter,
  CodecShelf,
  findBackups,
  openChain,
  openOrCreateContainer,
  StateCache,
  type Chain,
  type Container,
  type Framing,
  type JournalPlace,
  type ListedBackup,
  type Manifest,
  type PassphraseCost,
  type TakenUpBackup,
} from '#backup-set';
import { synthetic, type Spec, type Synthetic } from './synthetic.js';

/** A signal that nobody aborts. */
export const NEVER = new AbortController().signal;
export const START = new Date('2026-11-20T09:34:15.000Z');
export const SERIES = { hostname: 'web1', name: 'etc' };
/** A guess at a passphrase costs next to nothing. */
export const CHEAP: PassphraseCost = { memoryKiB: 8, passes: 1 };
export const PASSPHRASE = 'correct horse';
export const STATE = Buffer.from('state of the engine');

export interface BenchOptions {
  readonly encrypted: boolean;
  readonly storage?: StorageBackend;
}

export interface BackupOptions {
  readonly base?: ListedBackup;
  readonly notices?: readonly Notice[];
  readonly maxSegmentBytes?: number;
  readonly codec?: CodecName;
  readonly framing?: Framing;
  readonly labels?: readonly string[];
  readonly stateCache?: StateCache;
  readonly journal?: JournalPlace;
  /** Goes on with this one. */
  readonly takenUp?: TakenUpBackup | undefined;
  /** In place of the bench's own. */
  readonly storage?: StorageBackend;
}

/** A container and everything that is needed to write and read backups in it. */
export class Bench {
  readonly #codecs = new Map<CodecName, Promise<Codec>>();
  readonly shelf = new CodecShelf((name) => this.codec(name));
  #made = 0;

  private constructor(
    readonly storage: StorageBackend,
    readonly container: Container,
    readonly directory: TemporaryDirectory,
  ) {}

  static async make({ encrypted, storage = memoryStorage() }: BenchOptions): Promise<Bench> {
    const passphrase = encrypted ? PASSPHRASE : undefined;
    const { container } = await openOrCreateContainer(storage, { now: START, passphrase, cost: CHEAP });
    return new Bench(storage, container, await temporaryDirectory('firn-bench-'));
  }

  async close(): Promise<void> {
    await this.shelf.close();
    for (const codec of this.#codecs.values()) await (await codec).close();
    await this.directory.remove();
  }

  codec(name: CodecName): Promise<Codec> {
    const codec = this.#codecs.get(name) ?? openCodec(name, { lanes: 2, commands: systemCommands });
    this.#codecs.set(name, codec);
    return codec;
  }

  /** A writer that has begun. Ids and times follow one another. */
  async begin(options: BackupOptions = {}): Promise<BackupSetWriter> {
    const { base, storage = this.storage, maxSegmentBytes = 65_536, framing = 'fixed' } = options;
    const startedAt = new Date(START.getTime() + this.#made * 3_600_000);
    const { journal, takenUp } = options;
    const id = takenUp?.interrupted.backup ?? backupId(startedAt, Buffer.from([0, 0, 0, this.#made % 256]));
    this.#made += 1;
    return BackupSetWriter.begin(
      {
        ...{ storage, maxSegmentBytes, stateCache: options.stateCache, journal },
        container: this.container,
        codec: await this.codec(options.codec ?? 'zstd'),
        documentCodec: await this.codec('zstd'),
        lanes: 2,
        workDirectory: this.directory.path,
        writer: 'a test',
      },
      {
        ...{ ...SERIES, id, startedAt, takenUp },
        chain: base?.backup.chain ?? id,
        level: base ? base.backup.level + 1 : 0,
        base: base && { backup: base.backup, manifestDigest: base.read.digest },
        framing,
        below: base && framing === 'content-defined' ? await this.chain(base) : [],
        engine: framing === 'fixed' ? 'tar' : 'block',
        ...(options.labels ? { labels: options.labels } : {}),
        source: '/etc',
        selection: '0'.repeat(64),
        program: 'firn 0.0.0',
      },
      NEVER,
    );
  }

  /** Writes and commits; leaves nothing in the work directory, whatever happens. */
  async finish(
    writer: BackupSetWriter,
    stream: Synthetic,
    notices: readonly Notice[] = [],
  ): Promise<Manifest> {
    let committed = false;
    try {
      await writer.write(stream.parts(), NEVER);
      const finishedAt = new Date(START.getTime() + 1000);
      const manifest = await writer.commit({ state: { open: stateBytes }, notices, finishedAt }, NEVER);
      committed = true;
      return manifest;
    } finally {
      await writer.close(committed);
    }
  }

  /** A committed backup of these entries, as a listing finds it. */
  async backup(specs: readonly Spec[] | Synthetic, options: BackupOptions = {}): Promise<ListedBackup> {
    const stream = 'parts' in specs ? specs : synthetic(specs);
    const writer = await this.begin(options);
    const manifest = await this.finish(writer, stream, options.notices);
    return this.listed(manifest.backup);
  }

  async listed(id: BackupId): Promise<ListedBackup> {
    const found = (await this.backups()).find(({ backup }) => backup.id === id);
    if (!found) throw new Error(`backup ${id} is not listed`);
    return found;
  }

  async backups(): Promise<ListedBackup[]> {
    return (await collected(findBackups(this.storage))).filter((found) => found.kind === 'backup');
  }

  /** A cache of its own, in the bench's directory. */
  stateCache(name: string): StateCache {
    return new StateCache(join(this.directory.path, name), silentLogger);
  }

  reader(listed: ListedBackup, storage = this.storage, lanes = 2): BackupReader {
    return new BackupReader({ storage, container: this.container, codecs: this.shelf, lanes }, listed);
  }

  /** The chain that ends with this backup. */
  async chain(newest: ListedBackup, cache?: StateCache): Promise<Chain> {
    const listed = await this.backups();
    const point = restorePointOf(
      newest.backup.id,
      listed.map(({ backup }) => backup),
    );
    const deps = { storage: this.storage, container: this.container, codecs: this.shelf, lanes: 2, cache };
    return openChain(deps, point, new Map(listed.map((each) => [each.backup.id, each])));
  }
}

async function* stateBytes(): AsyncGenerator<Uint8Array> {
  yield STATE;
}
