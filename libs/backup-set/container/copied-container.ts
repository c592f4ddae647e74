import { asFailure, Failure } from '#kernel';
import { bodyOf, type CopiedStorage, type StorageBackend } from '#storage';
import { CONTAINER_KEY, KEYS_FOLDER } from '../layout.js';
import { containerRecordSchema } from './container.js';
import { readRecord, readSmall } from './records.js';

const MAX_RECORD = 1024 * 1024;

/**
 * Sees to it that what is used as copies of one container is that: one whose container is another than that of the
 * first, or cannot be read, is dropped from the copies with the reason. Writes nothing.
 */
export async function agreeOnContainer(copies: CopiedStorage, signal?: AbortSignal): Promise<void> {
  let first: { readonly name: string; readonly id: string } | undefined;
  for (const { name, storage } of copies.members()) {
    const found = await containerAt(storage, signal);
    if (found instanceof Failure) copies.dropMember(name, 'failed', found);
    else if (found !== undefined && first !== undefined && found !== first.id) {
      const message = `storage "${name}" holds container ${found}, but "${first.name}" holds ${first.id}`;
      copies.dropMember(name, 'failed', new Failure('copies.different', message, { name, container: found }));
    } else if (found !== undefined) first ??= { name, id: found };
  }
}

/**
 * Makes the container in copies that are empty, as it is in the others: the same record and the same keys, byte for
 * byte. Needs no key. When all are empty nothing is done. One that cannot be written, or is not empty, is dropped.
 */
export async function seedCopies(copies: CopiedStorage, signal?: AbortSignal): Promise<void> {
  const members = copies.members();
  const found = await Promise.all(
    members.map(async (member) => ({ ...member, id: await containerAt(member.storage, signal) })),
  );
  const source = found.find(({ id }) => typeof id === 'string');
  if (!source) return;
  for (const { name, storage, id } of found) {
    if (id !== undefined) continue;
    try {
      await refuseFilled(storage, signal);
      await seed(source.storage, storage, signal);
    } catch (error) {
      signal?.throwIfAborted();
      copies.dropMember(name, 'failed', asFailure(error));
    }
  }
}

/** Its id; `undefined` when there is none, or why nobody knows. */
async function containerAt(
  storage: StorageBackend,
  signal?: AbortSignal,
): Promise<string | Failure | undefined> {
  try {
    return (await readRecord(storage, CONTAINER_KEY, containerRecordSchema, 'container.damaged', signal))
      ?.container;
  } catch (error) {
    signal?.throwIfAborted();
    return asFailure(error);
  }
}

async function refuseFilled(storage: StorageBackend, signal?: AbortSignal): Promise<void> {
  for await (const { key } of storage.list('', signal)) {
    // Key slots alone are what an interrupted seeding leaves.
    if (key.startsWith(KEYS_FOLDER)) continue;
    throw new Failure('container.not-empty', `the place is not empty: "${key}" is not of this container`, {
      key,
    });
  }
}

/** The slots before the container, as when it is made. */
async function seed(from: StorageBackend, to: StorageBackend, signal?: AbortSignal): Promise<void> {
  const there = new Set<string>();
  for await (const { key } of to.list(KEYS_FOLDER, signal)) there.add(key);
  const keys: string[] = [];
  for await (const { key } of from.list(KEYS_FOLDER, signal)) keys.push(key);
  for (const key of [...keys.filter((slot) => !there.has(slot)), CONTAINER_KEY]) {
    const bytes = await readSmall(from, key, MAX_RECORD, 'container.damaged', signal);
    if (bytes) await to.put(key, bodyOf(bytes), signal);
  }
}
