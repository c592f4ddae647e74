import { Failure } from '#kernel';
import type { ListedBackup } from '../backup-list.js';
import type { StoredObject } from '../frames/stored-object.js';
import { segmentKey } from '../layout.js';

/** Something that is wrong with a stored backup. */
export interface Finding {
  /** Key of the object, or path of the file. */
  readonly thing: string;
  readonly failure: Failure;
}

export interface CheckedObject extends StoredObject {
  readonly key: string;
}

/** An object that was read, and what is wrong with it. */
export interface VerifiedObject {
  readonly of: ListedBackup;
  /** Those that were read. */
  readonly bytes: number;
  readonly finding?: Finding;
}

/** The objects with the frames of its stream, in order. */
export function segmentsOf({ read, folder }: ListedBackup): CheckedObject[] {
  return read.manifest.segments.map((segment, i) => ({ key: segmentKey(folder, i), ...segment }));
}

/** Every object that a manifest promises. */
export function objectsOf(listed: ListedBackup): CheckedObject[] {
  const { read, folder } = listed;
  const { catalogue, index, state, pieces } = read.manifest;
  return [
    ...segmentsOf(listed),
    { key: `${folder}catalogue`, ...catalogue },
    { key: `${folder}index`, ...index },
    { key: `${folder}state`, ...state },
    ...(pieces ? [{ key: `${folder}pieces`, ...pieces }] : []),
  ];
}

/** Stored bytes of those objects that are wanted. */
export function bytesIn(objects: readonly CheckedObject[], isWanted: (key: string) => boolean): number {
  return objects.reduce((sum, { key, size }) => sum + (isWanted(key) ? size : 0), 0);
}

/** `segment.digest-mismatch` of a whole object that is not the one its manifest names; `undefined` when it is. */
export function otherBytes({ key, sha256 }: CheckedObject, found: string): Failure | undefined {
  if (found === sha256) return undefined;
  return new Failure('segment.digest-mismatch', `"${key}" is damaged: its bytes have changed`, { key });
}
