import { Failure } from '#kernel';
import type { StorageBackend } from '#storage';
import type { ListedBackup } from '../backup-list.js';
import { objectNames } from '../layout.js';
import { objectsOf, type Finding } from './checked-object.js';

/** An object beside a backup that its manifest does not name. It harms nothing and takes up space. */
export interface Stray {
  readonly key: string;
  readonly size: number;
  readonly reason: string;
  /** Whether it is known to be of no use; what a later version may have put there is not. */
  readonly useless: boolean;
}

/** What a listing tells of the folder of a backup, without reading anything in it. */
export interface FolderContents {
  /** What is missing of the backup, or is of another size. */
  readonly findings: readonly Finding[];
  readonly strays: readonly Stray[];
}

/** Compares the folder of a backup with its manifest. Costs one listing. Needs no key. */
export async function folderContents(
  storage: StorageBackend,
  listed: ListedBackup,
  signal?: AbortSignal,
): Promise<FolderContents> {
  const { folder } = listed;
  const expected = new Map(objectsOf(listed).map((object) => [object.key, object]));
  const findings: Finding[] = [];
  const strays: Stray[] = [];
  for await (const { key, size } of storage.list(folder, signal)) {
    const name = key.slice(folder.length);
    const object = expected.get(key);
    expected.delete(key);
    if (object && object.size !== size)
      findings.push({ thing: key, failure: otherSize(key, size, object.size) });
    else if (!object && name !== objectNames.manifest) strays.push({ key, size, ...strayReason(name) });
  }
  for (const key of expected.keys()) findings.push({ thing: key, failure: missing(key) });
  return { findings, strays };
}

function strayReason(name: string): Pick<Stray, 'reason' | 'useless'> {
  if (name === objectNames.writer) return { reason: 'mark of a writer that is done', useless: true };
  if (/^segments\/\d{8}$/.test(name) || name === objectNames.pieces) {
    return { reason: 'its manifest does not name it', useless: true };
  }
  return { reason: 'nothing that this version of Firn puts there', useless: false };
}

export function missing(key: string, cause?: unknown): Failure {
  return new Failure('segment.missing', `"${key}" is missing`, { key }, cause);
}

export function otherSize(key: string, size: number, expected: number): Failure {
  const message = `"${key}" is damaged: it has ${size} bytes instead of ${expected}`;
  return new Failure('segment.digest-mismatch', message, { key });
}
