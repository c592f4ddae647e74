import { Failure, isFailure } from '#kernel';
import { assertPrefix } from '../object-key.js';
import type { ObjectInfo, ObjectKey, StorageBackend } from '../storage-backend.js';
import { differencesBetween } from './differences.js';
import { inRanks } from './in-ranks.js';
import { storedBody } from './stored-body.js';

export interface CopyObjectsOptions {
  /** A folder: `''` or ending in `/`. */
  readonly prefix: ObjectKey;
  /** Which keys are meant; all when nothing is said. */
  readonly only?: ((key: ObjectKey) => boolean) | undefined;
  /** All objects of a lower rank are stored before the first of a higher one is begun; without it, all are of one rank. */
  readonly order?: ((key: ObjectKey) => number) | undefined;
  /** SHA-256 of an object, hex, where it is known; others are read twice, so that what is stored is what was read. */
  readonly digestOf?: ((key: ObjectKey) => Promise<string | undefined> | string | undefined) | undefined;
  /** What has another size on `to` is removed there and stored anew; without it, it is refused. */
  readonly replaces?: boolean | undefined;
  /** Objects on their way at a time; 4 unless told otherwise. */
  readonly concurrency?: number | undefined;
  /** Called after each object that was stored. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyProgress {
  readonly key: ObjectKey;
  readonly objects: number;
  readonly bytes: number;
  readonly totalObjects: number;
  readonly totalBytes: number;
}

export interface CopyCounts {
  /** What was stored. */
  readonly objects: number;
  readonly bytes: number;
  /** What was there before, with the same size. */
  readonly presentObjects: number;
  readonly presentBytes: number;
  /** How many of the stored ones took the place of another. */
  readonly replacedObjects: number;
}

const CONCURRENCY = 4;

/**
 * Brings what lies below a folder of `to` up to date from `from`, byte for byte; what `from` does not have is left alone.
 * Needs no key. Memory held: one entry for each object that is missing, and of the bodies what is on the line.
 *
 * Rejects with `copies.different`, before anything is stored, when an object on `to` has another size and is not to be
 * replaced; with `storage.body-mismatch` when the bytes read have not the size and digest that they should, and then
 * that object is not stored; and with what either storage says.
 */
export async function copyObjects(
  from: StorageBackend,
  to: StorageBackend,
  options: CopyObjectsOptions,
): Promise<CopyCounts> {
  const { prefix, only, order = () => 0, digestOf, signal, onProgress, concurrency = CONCURRENCY } = options;
  assertPrefix(prefix);
  const { missing, different, present } = await differencesBetween(from, to, prefix, only, signal);
  if (different.length > 0 && !options.replaces) throw differentFailure(to, different);
  const replaced = new Set(different.map(({ key }) => key));
  const wanted = [...missing, ...different];
  const totals = { totalObjects: wanted.length, totalBytes: sum(wanted) };
  const done = { objects: 0, bytes: 0 };

  await inRanks(
    wanted,
    ({ key }) => order(key),
    concurrency,
    signal,
    async (object, own) => {
      const { key, size } = object;
      const body = await storedBody(from, object, await digestOf?.(key), own);
      if (replaced.has(key)) await to.remove(key, own);
      if (!(await putUnlessThere(to, object, () => to.put(key, body, own), own))) return;
      done.objects += 1;
      done.bytes += size;
      onProgress?.({ key, ...done, ...totals });
    },
  );
  return {
    ...done,
    presentObjects: present.objects + wanted.length - done.objects,
    presentBytes: present.bytes + totals.totalBytes - done.bytes,
    replacedObjects: replaced.size,
  };
}

/** Somebody else may bring the same copy up to date: what has come meanwhile, and has the size, is as good as ours. */
async function putUnlessThere(
  to: StorageBackend,
  { key, size }: ObjectInfo,
  put: () => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await put();
    return true;
  } catch (error) {
    if (!isFailure(error, 'storage.object-exists') || (await to.head(key, signal)).size !== size) throw error;
    return false;
  }
}

function differentFailure(
  { properties: { place } }: StorageBackend,
  different: readonly ObjectInfo[],
): Failure {
  const keys = different.map(({ key }) => key);
  const message = `${keys.length} objects at ${place} have another size, the first is "${keys[0]}"`;
  return new Failure('copies.different', message, { place, keys: keys.slice(0, 10) });
}

function sum(objects: readonly ObjectInfo[]): number {
  return objects.reduce((bytes, { size }) => bytes + size, 0);
}
