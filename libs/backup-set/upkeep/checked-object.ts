import type { Failure } from '#kernel';
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

/** Every object that a manifest promises. */
export function objectsOf({ read, folder }: ListedBackup): CheckedObject[] {
  const { segments, catalogue, index, state, pieces } = read.manifest;
  return [
    ...segments.map((segment, i) => ({ key: segmentKey(folder, i), ...segment })),
    { key: `${folder}catalogue`, ...catalogue },
    { key: `${folder}index`, ...index },
    { key: `${folder}state`, ...state },
    ...(pieces ? [{ key: `${folder}pieces`, ...pieces }] : []),
  ];
}
