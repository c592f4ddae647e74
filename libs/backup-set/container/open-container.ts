import { randomBytes } from 'node:crypto';
import type { StorageBackend } from '#storage';
import { containerId, Failure, isFailure } from '#kernel';
import { BACKUPS_FOLDER, CONTAINER_KEY, KEYS_FOLDER, slotKey } from '../layout.js';
import { passphraseSlotFor, type PassphraseCost, type Unlock } from '../keys/key-slot.js';
import { containerOf } from '../keys/master-key.js';
import { Container, containerRecordSchema, type ContainerRecord } from './container.js';
import { unlockMaster } from './key-slots.js';
import { readRecord, writeRecord } from './records.js';

export interface CreateOptions {
  readonly now: Date;
  /** Encrypts the container; without it the container is not encrypted, ever. */
  readonly passphrase?: string | undefined;
  readonly cost?: PassphraseCost | undefined;
}

/**
 * Opens a container that is there, with `unlock` when it is given, otherwise locked if it is encrypted.
 * Rejects with `container.missing`, `container.not-encrypted` (a secret was given in vain: somebody may have put
 * another container in its place), `key.passphrase-wrong`, `container.damaged` or `container.newer-format`.
 */
export async function openContainer(
  storage: StorageBackend,
  unlock?: Unlock,
  signal?: AbortSignal,
): Promise<Container> {
  const record = await readContainerRecord(storage, signal);
  if (!record) throw await whyMissing(storage, signal);
  return unlocked(storage, record, unlock, signal);
}

/** Opens the container, or makes it in a place that is empty. */
export async function openOrCreateContainer(
  storage: StorageBackend,
  options: CreateOptions,
  signal?: AbortSignal,
): Promise<{ container: Container; created: boolean }> {
  const unlock: Unlock | undefined =
    options.passphrase === undefined ? undefined : { kind: 'passphrase', passphrase: options.passphrase };
  const existing = await unlessDenied(() => opened(storage, unlock, signal));
  return existing ? { container: existing, created: false } : create(storage, options, signal);
}

/** `undefined` in a place that is empty. */
async function opened(
  storage: StorageBackend,
  unlock: Unlock | undefined,
  signal?: AbortSignal,
): Promise<Container | undefined> {
  const existing = await readContainerRecord(storage, signal);
  if (existing) return unlocked(storage, existing, unlock, signal);
  const missing = await whyMissing(storage, signal);
  if (missing.code !== 'container.missing') throw missing;
  return undefined;
}

/** Who may not look cannot tell an empty place from one with a container, and never makes a second one over the first. */
async function unlessDenied<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isFailure(error, 'storage.access-denied')) throw error;
    const remedy =
      'a client that may only write has to be allowed to read there for one backup, and goes on by itself as long as it has the same cache directory';
    throw new Failure(error.code, `${error.message}: ${remedy}`, error.context, error);
  }
}

async function create(storage: StorageBackend, options: CreateOptions, signal?: AbortSignal) {
  const master = options.passphrase === undefined ? undefined : randomBytes(32);
  const id = master ? containerOf(master) : containerId(randomBytes(16));
  const created = options.now.toISOString();
  const record: ContainerRecord = {
    format: 1,
    container: id,
    created,
    encryption: master ? 'aes-256-gcm' : 'none',
  };
  if (master && options.passphrase !== undefined) {
    const slot = await passphraseSlotFor(
      master,
      options.passphrase,
      { container: id, label: 'first', now: options.now },
      options.cost,
    );
    // The slot before the container: cut in between, there is a slot without a container, which harms nobody. The other
    // way round there would be an encrypted container that nothing opens.
    await writeRecord(storage, slotKey(slot.slot), slot, signal);
  }
  try {
    await writeRecord(storage, CONTAINER_KEY, record, signal);
  } catch (error) {
    // Somebody else has made the container at the same moment: it is theirs then, and opened like any other.
    if (!isFailure(error, 'storage.object-exists')) throw error;
    const unlock =
      options.passphrase === undefined
        ? undefined
        : { kind: 'passphrase' as const, passphrase: options.passphrase };
    return { container: await openContainer(storage, unlock, signal), created: false };
  }
  return { container: new Container(record, master), created: true };
}

function readContainerRecord(
  storage: StorageBackend,
  signal?: AbortSignal,
): Promise<ContainerRecord | undefined> {
  return readRecord(storage, CONTAINER_KEY, containerRecordSchema, 'container.damaged', signal);
}

async function unlocked(
  storage: StorageBackend,
  record: ContainerRecord,
  unlock: Unlock | undefined,
  signal?: AbortSignal,
): Promise<Container> {
  if (record.encryption === 'none' && unlock) {
    throw new Failure(
      'container.not-encrypted',
      'a passphrase was given, but the container is not encrypted',
      {
        container: record.container,
      },
    );
  }
  const master = unlock && (await unlockMaster(storage, record.container, unlock, signal));
  return new Container(record, master);
}

/** Why there is no `firn.json`: because there is nothing at all, or because something is wrong. */
async function whyMissing(storage: StorageBackend, signal?: AbortSignal): Promise<Failure> {
  for await (const { key } of storage.list(BACKUPS_FOLDER, signal)) {
    return new Failure('container.damaged', `there are backups but "${CONTAINER_KEY}" is missing`, { key });
  }
  for await (const { key } of storage.list('', signal)) {
    // A slot alone is what an interrupted creation leaves.
    if (key.startsWith(KEYS_FOLDER)) continue;
    return new Failure('container.not-empty', `the place is not empty: "${key}" is not of Firn`, { key });
  }
  return new Failure('container.missing', 'there is no Firn container at this place');
}
