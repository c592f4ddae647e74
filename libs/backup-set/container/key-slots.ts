import type { StorageBackend } from '#storage';
import { Failure, isFailure } from '#kernel';
import { KEYS_FOLDER, slotKey } from '../layout.js';
import {
  keySlotSchema,
  openSlot,
  passphraseSlotFor,
  recoverySlotFor,
  type KeySlot,
  type PassphraseCost,
  type Unlock,
} from '../keys/key-slot.js';
import { containerOf } from '../keys/master-key.js';
import { newRecoveryKey } from '../keys/recovery-key.js';
import type { Container } from './container.js';
import { readRecord, writeRecord } from './records.js';

/** The slots of a container. What belongs to another container or cannot be read is none of them, and is left out. */
export async function listSlots(
  storage: StorageBackend,
  container: string,
  signal?: AbortSignal,
): Promise<KeySlot[]> {
  return (await readSlots(storage, container, signal)).slots;
}

/** One bad slot must not keep the others from opening the container, so it is told apart instead of thrown. */
async function readSlots(storage: StorageBackend, container: string, signal?: AbortSignal) {
  const slots: KeySlot[] = [];
  const unreadable: Failure[] = [];
  for await (const { key } of storage.list(KEYS_FOLDER, signal)) {
    try {
      const slot = await readRecord(storage, key, keySlotSchema, 'container.damaged', signal);
      if (slot && slot.container === container && slotKey(slot.slot) === key) slots.push(slot);
    } catch (error) {
      if (!isFailure(error, 'container.damaged', 'container.newer-format')) throw error;
      unreadable.push(error);
    }
  }
  return { slots, unreadable };
}

/**
 * The master key. `key.passphrase-wrong` or `key.recovery-wrong` when no slot opens, `container.damaged` when there is
 * none that could.
 */
export async function unlockMaster(
  storage: StorageBackend,
  container: string,
  unlock: Unlock,
  signal?: AbortSignal,
): Promise<Buffer> {
  const { slots, unreadable } = await readSlots(storage, container, signal);
  for (const slot of slots) {
    const master = await openSlot(slot, unlock);
    if (master && containerOf(master) === container) return master;
  }
  if (slots.length > 0)
    throw wrongSecret(unlock, { container, slots: slots.length, unreadable: unreadable.length });
  const [first] = unreadable;
  throw (
    first ?? new Failure('container.damaged', 'the container is encrypted and has no key slot', { container })
  );
}

function wrongSecret(
  unlock: Unlock,
  counts: { container: string; slots: number; unreadable: number },
): Failure {
  const rest = counts.unreadable > 0 ? `; ${counts.unreadable} more cannot be read` : '';
  return unlock.kind === 'passphrase'
    ? new Failure('key.passphrase-wrong', `the passphrase opens none of the key slots${rest}`, counts)
    : new Failure('key.recovery-wrong', `the recovery key opens none of the key slots${rest}`, counts);
}

export interface SlotOptions {
  readonly label: string;
  readonly now: Date;
  readonly cost?: PassphraseCost | undefined;
}

/** Lets one more passphrase open the container. */
export async function addPassphrase(
  storage: StorageBackend,
  container: Container,
  passphrase: string,
  options: SlotOptions,
): Promise<KeySlot> {
  const slot = await passphraseSlotFor(
    container.master(),
    passphrase,
    { container: container.id, ...options },
    options.cost,
  );
  await writeRecord(storage, slotKey(slot.slot), slot);
  return slot;
}

/** Makes a recovery key and its slot. The text is shown once and kept nowhere. */
export async function addRecoveryKey(
  storage: StorageBackend,
  container: Container,
  options: SlotOptions,
): Promise<{ slot: KeySlot; recoveryKey: string }> {
  const { text, publicKey } = newRecoveryKey();
  const slot = recoverySlotFor(container.master(), publicKey, { container: container.id, ...options });
  await writeRecord(storage, slotKey(slot.slot), slot);
  return { slot, recoveryKey: text };
}

/** Takes a slot away; the last one stays, since without any the container could never be opened again. */
export async function removeSlot(storage: StorageBackend, container: Container, slot: string): Promise<void> {
  container.master();
  const slots = await listSlots(storage, container.id);
  if (!slots.some((known) => known.slot === slot)) {
    throw new Failure('key.slot-missing', `there is no key slot "${slot}"`, {
      slot,
      slots: slots.map((s) => s.slot),
    });
  }
  if (slots.length === 1)
    throw new Failure('key.last-slot', `the key slot "${slot}" is the only one`, { slot });
  await storage.remove(slotKey(slot));
}
