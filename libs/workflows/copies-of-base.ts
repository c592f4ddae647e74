import { asFailure, Failure, isFailure } from '#kernel';
import { manifestKey, type Chain } from '#backup-set';
import type { CopiedStorage, OpenCopy, StorageBackend } from '#storage';

/**
 * Takes out the copies that do not hold everything an increment would stand on: what is written there could never be
 * restored. Gives `false`, and takes out none, when no copy holds it all.
 */
export async function dropLateCopies(
  copies: CopiedStorage,
  chain: Chain,
  signal: AbortSignal,
): Promise<boolean> {
  const late: { readonly copy: OpenCopy; readonly failure: Failure }[] = [];
  const members = copies.members();
  for (const copy of members) {
    const failure = await lackIn(copy, chain, signal);
    if (failure) late.push({ copy, failure });
  }
  if (late.length === members.length) return false;
  for (const { copy, failure } of late)
    copies.dropMember(copy.name, failure.code === 'copies.late' ? 'late' : 'failed', failure);
  return true;
}

async function lackIn(
  { name, storage }: OpenCopy,
  chain: Chain,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (const { listed } of chain) {
    const { id } = listed.backup;
    try {
      if (await holds(storage, manifestKey(listed.backup), signal)) continue;
    } catch (error) {
      signal.throwIfAborted();
      return asFailure(error);
    }
    return new Failure('copies.late', `storage "${name}" lacks backup ${id}, on which this one stands`, {
      name,
      backup: id,
    });
  }
  return undefined;
}

async function holds(storage: StorageBackend, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    await storage.head(key, signal);
    return true;
  } catch (error) {
    if (isFailure(error, 'storage.object-missing')) return false;
    throw error;
  }
}
