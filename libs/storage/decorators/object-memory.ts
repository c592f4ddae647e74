import { createHash } from 'node:crypto';
import { asFailure, type Clock, type Logger } from '#kernel';
import { folderOf } from '../object-key.js';
import { bytesOf } from '../read-all.js';
import type { ObjectInfo, ObjectKey, RewindableBody } from '../storage-backend.js';
import type { MemoryFiles } from './memory-files.js';
import type { JournalLine, RememberedObject } from './remembered-object.js';

/** Some protocols tell times of old objects by the day, in a zone of their own. */
const SAME_TIME_MS = 48 * 3600 * 1000;

/**
 * What a client knows of the objects at one place. What it learns it knows until the end of the process; what it learned
 * earlier comes from files, and files that fail or are damaged are only files that hold less: they are told in the log.
 * Memory held: a record for each object that is remembered, no bytes.
 */
export class ObjectMemory {
  #folders: Promise<Map<ObjectKey, Map<ObjectKey, RememberedObject>>> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isChanged = false;
  #isTold = false;

  constructor(
    private readonly files: MemoryFiles,
    /** How large an object may be for its bytes to be kept; 0 for one that is never kept. */
    private readonly mostBytes: (key: ObjectKey) => number,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Up to which size the bytes of an object are kept. */
  keepsUpTo(key: ObjectKey): number {
    return this.mostBytes(key);
  }

  async find(key: ObjectKey): Promise<RememberedObject | undefined> {
    return (await this.#known()).get(folderOf(key))?.get(key);
  }

  /** Whether anything is known of the folder in which an object with this key lies. */
  async knowsFolderOf(key: ObjectKey): Promise<boolean> {
    return (await this.#known()).has(folderOf(key));
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#known()).size === 0;
  }

  /** In order of keys. */
  async below(prefix: ObjectKey): Promise<readonly RememberedObject[]> {
    const objects = [...(await this.#known()).values()].flatMap((folder) => [...folder.values()]);
    return objects.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The bytes of an object, if they were kept and are what they were. */
  async bytes({ key, kept, sha256 }: RememberedObject): Promise<Buffer | undefined> {
    if (!kept) return undefined;
    try {
      const bytes = await this.files.bytes(key, this.clock.now());
      if (digestOf(bytes) === sha256) return bytes;
      this.log.warn('what is remembered of an object is damaged', { key });
    } catch (error) {
      this.#tell(error);
    }
    return undefined;
  }

  /** The storage has taken the object. */
  async put(key: ObjectKey, body: RewindableBody): Promise<void> {
    const bytes = body.size <= this.mostBytes(key) ? await bytesOf(body) : undefined;
    await this.#remember(key, body, bytes);
  }

  /** The storage has given the whole object. */
  async learn(key: ObjectKey, bytes: Buffer): Promise<void> {
    const sha256 = digestOf(bytes);
    const known = await this.find(key);
    if (known?.kept && known.sha256 === sha256) return;
    await this.#remember(key, { size: bytes.length, sha256 }, bytes);
  }

  /** The storage has told of the object: one that is not the one that is remembered has taken its place. */
  async confirm({ key, size, modifiedAt }: ObjectInfo): Promise<void> {
    const known = await this.find(key);
    if (!known) return;
    const { shownAt } = known;
    const isOther = shownAt && Math.abs(shownAt.getTime() - modifiedAt.getTime()) > SAME_TIME_MS;
    if (known.size !== size || isOther) await this.forget(key);
    else if (!shownAt) await this.#write({ ...known, shownAt: modifiedAt });
  }

  async forget(key: ObjectKey): Promise<void> {
    const folders = await this.#known();
    const folder = folderOf(key);
    const known = folders.get(folder);
    if (!known?.delete(key)) return;
    if (known.size === 0) folders.delete(folder);
    await this.#inTurn(async () => {
      // Seen now: another put may have come into the folder meanwhile.
      await (folders.has(folder)
        ? this.files.append({ gone: key }, this.clock.now())
        : this.files.removeJournal(folder));
      await this.files.removeBytes(key);
    });
  }

  /** Keeps the files within bounds. */
  async close(): Promise<void> {
    if (this.#isChanged) await this.#inTurn(() => this.files.tidy());
  }

  async #remember(
    key: ObjectKey,
    { size, sha256 }: Pick<RewindableBody, 'size' | 'sha256'>,
    bytes: Buffer | undefined,
  ): Promise<void> {
    if (bytes) await this.#inTurn(() => this.files.keepBytes(key, bytes));
    await this.#write({ key, size, sha256, at: this.clock.now(), kept: bytes !== undefined });
  }

  async #write(object: RememberedObject): Promise<void> {
    record(await this.#known(), object);
    const written = this.#inTurn(() => this.files.append(object, this.clock.now()));
    // A segment has not to wait for a file of which no later run has need.
    if (object.kept) await written;
  }

  /** One file after the other, so that what is forgotten and what is remembered of a folder do not cross. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#isChanged = true;
    this.#writing = this.#writing.then(act).catch((error: unknown) => this.#tell(error));
    return this.#writing;
  }

  #known(): Promise<Map<ObjectKey, Map<ObjectKey, RememberedObject>>> {
    return (this.#folders ??= this.#load());
  }

  async #load(): Promise<Map<ObjectKey, Map<ObjectKey, RememberedObject>>> {
    const folders = new Map<ObjectKey, Map<ObjectKey, RememberedObject>>();
    try {
      const { lines, damaged } = await this.files.read();
      for (const line of lines) record(folders, line);
      if (damaged > 0)
        this.log.warn('some of what is remembered of a storage is damaged', { records: damaged });
    } catch (error) {
      this.#tell(error);
    }
    return folders;
  }

  /** Once is enough: what fails for one object fails for all. */
  #tell(error: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.log.warn('the memory of a storage cannot be used', { reason: asFailure(error).message });
  }
}

function record(folders: Map<ObjectKey, Map<ObjectKey, RememberedObject>>, line: JournalLine): void {
  const key = 'gone' in line ? line.gone : line.key;
  const folder = folderOf(key);
  const objects = folders.get(folder) ?? new Map<ObjectKey, RememberedObject>();
  if ('gone' in line) objects.delete(key);
  else objects.set(key, line);
  if (objects.size === 0) folders.delete(folder);
  else folders.set(folder, objects);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
