import { randomBytes, randomInt } from 'node:crypto';
import { asFailure, Failure, type BackupId, type Logger } from '#kernel';
import type { Container } from '../container/container.js';
import type { StoredObject } from '../frames/stored-object.js';
import type { DataKey } from '../keys/data-key.js';
import type { WrappedKey } from '../keys/wrap.js';
import { FrameTags } from './frame-tags.js';
import { journalSecret, type InterruptedBackup } from './interrupted-backup.js';
import { JournalFile, journalPath } from './journal-file.js';
import { JournalLines } from './journal-lines.js';
import {
  encodeRows,
  type JournalHead,
  type JournalOrder,
  type JournalRecord,
  type TaggedRow,
} from './journal-record.js';

/** More would not fit into the number of a frame. */
const NUMBERINGS = 2 ** 21;

/** Where a writer notes what is stored for good, and for which order. */
export interface JournalPlace {
  /** A private directory of this machine, for all series. */
  readonly directory: string;
  readonly order: JournalOrder;
  readonly log: Logger;
}

export interface JournaledBackup {
  readonly id: BackupId;
  readonly chain: BackupId;
  readonly startedAt: Date;
}

/**
 * What a later run must know to go on with this backup, on the machine that makes it. A journal that cannot be written
 * ends, and disturbs nothing: then there is less to go on from.
 *
 * Two things are promised. The numbering of a run is in the journal for good before the first frame is sealed under it,
 * so no later run uses it again. And {@link remove} is durable before a document is sealed, so that no run goes on with a
 * backup whose documents may have been.
 */
export class BackupJournal {
  readonly tags: FrameTags;
  #isEnded = false;
  #hasSegments = false;
  #isGone = false;
  /** Records go one behind the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: JournalFile,
    private readonly lines: JournalLines,
    private readonly log: Logger,
    /** Of the frames that this run seals; see `firstNumber`. */
    readonly numbering: number,
    secret: Buffer,
  ) {
    this.tags = new FrameTags(secret);
  }

  /** Of a new backup. `undefined` when there can be none. */
  static async create(
    { directory, order, log }: JournalPlace,
    container: Container,
    { id, chain, startedAt }: JournaledBackup,
    dataKey: { readonly key: DataKey; readonly wrapped: WrappedKey } | undefined,
  ): Promise<BackupJournal | undefined> {
    const head: JournalHead = {
      ...{ journal: 1, backup: id, chain, startedAt: startedAt.toISOString(), order },
      ...(dataKey ? { dataKey: dataKey.wrapped } : { secret: randomBytes(32).toString('base64') }),
    };
    const secret = journalSecret(head, dataKey?.key);
    const lines = new JournalLines(secret);
    try {
      const file = await JournalFile.create(journalPath(directory, container, order), lines.encode(head));
      return new BackupJournal(file, lines, log, 0, secret);
    } catch (error) {
      log.warn('this backup could not be resumed: its journal cannot be written', {
        directory,
        reason: asFailure(error).message,
      });
      return undefined;
    }
  }

  /** Goes on, with a numbering that no run of this backup has used. Rejects when that cannot be noted for good. */
  static async reopen(
    { segments, numberings, journal }: InterruptedBackup,
    log: Logger,
  ): Promise<BackupJournal> {
    // By chance, and not the next one: a machine that was set back may not know of the last.
    const numbering = freshNumbering(numberings);
    const { path, secret, size, last } = journal;
    const file = await JournalFile.reopen(path, size);
    try {
      const reopened = new BackupJournal(file, new JournalLines(secret, last), log, numbering, secret);
      reopened.#hasSegments = segments.length > 0;
      await reopened.#append({ numbering }, 'written');
      await reopened.#append({ cut: segments.length }, 'synced');
      return reopened;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Whether there is anything from which a later run could go on. */
  get hasSegments(): boolean {
    return this.#hasSegments;
  }

  /** A segment is stored for good. Never rejects. */
  async stored(segment: number, { size, sha256 }: StoredObject, rows: readonly TaggedRow[]): Promise<void> {
    const record = { segment, size, sha256, rows: encodeRows(rows).toString('base64') };
    this.#isEnded ||= !this.file.hasRoom(record.rows.length);
    if (this.#isEnded) return;
    try {
      await this.#append(record, 'written');
      this.#hasSegments = true;
    } catch (error) {
      this.#isEnded = true;
      this.log.warn('the journal cannot be written', { reason: asFailure(error).message });
    }
  }

  /** Segments from this one on are about to be replaced. Rejects when that cannot be noted for good. */
  async cut(segment: number): Promise<void> {
    await this.#append({ cut: segment }, 'synced');
  }

  /** From here on no run goes on with this backup. Rejects when that is not certain. A second call does nothing. */
  async remove(): Promise<void> {
    await this.#once(() => this.file.remove());
  }

  /** Leaves it to a later run. After {@link remove} it does nothing. */
  async leave(): Promise<void> {
    await this.#once(() => this.file.close());
  }

  async #once(act: () => Promise<void>): Promise<void> {
    this.#isEnded = true;
    if (this.#isGone) return;
    this.#isGone = true;
    await this.#turn;
    await act();
  }

  #append(record: JournalRecord, how: 'written' | 'synced'): Promise<void> {
    const done = this.#turn.then(() => this.file.append(this.lines.encode(record), how));
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function freshNumbering(used: readonly number[]): number {
  if (used.length > 1000) {
    throw new Failure('internal.unexpected', 'a backup that was interrupted so often is to begin anew');
  }
  for (;;) {
    const numbering = randomInt(1, NUMBERINGS);
    if (!used.includes(numbering)) return numbering;
  }
}
