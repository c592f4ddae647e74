import type { ObjectInfo, ObjectKey, StorageBackend } from '../storage-backend.js';

export interface Differences {
  /** On `from` only, in order of keys. */
  readonly missing: readonly ObjectInfo[];
  /** On both, with different sizes, as `from` has them. */
  readonly different: readonly ObjectInfo[];
  readonly present: { readonly objects: number; readonly bytes: number };
}

/** What below a folder `to` has not as `from` has it, by listings alone; both are walked together. */
export async function differencesBetween(
  from: Pick<StorageBackend, 'list'>,
  to: Pick<StorageBackend, 'list'>,
  prefix: ObjectKey,
  only: ((key: ObjectKey) => boolean) | undefined,
  signal: AbortSignal | undefined,
): Promise<Differences> {
  const missing: ObjectInfo[] = [];
  const different: ObjectInfo[] = [];
  const present = { objects: 0, bytes: 0 };
  const theirs = to.list(prefix, signal)[Symbol.asyncIterator]();
  try {
    let their = await theirs.next();
    for await (const object of from.list(prefix, signal)) {
      if (only && !only(object.key)) continue;
      while (!their.done && their.value.key < object.key) their = await theirs.next();
      if (their.done || their.value.key !== object.key) missing.push(object);
      else if (their.value.size !== object.size) different.push(object);
      else {
        present.objects += 1;
        present.bytes += object.size;
      }
    }
  } finally {
    await theirs.return?.();
  }
  return { missing, different, present };
}
