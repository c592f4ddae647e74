import { Failure, printable } from '#kernel';
import type { ObjectKey } from './storage-backend.js';

/** Where a storage may keep what is not an object yet; no key begins with it and no listing shows it. */
export const RESERVED_FOLDER = '.firn-tmp';

const COMPONENT = /^[A-Za-z0-9._%@+=~-]{1,255}$/;
const MOST_CHARACTERS = 1024;

/** Throws `storage.key-invalid` unless this names an object. */
export function assertKey(key: ObjectKey): void {
  const problem = problemOf(key);
  if (problem) throw new Failure('storage.key-invalid', `key "${printable(key)}" ${problem}`, { key });
}

/** Throws `storage.key-invalid` unless this is the folder of all objects (`''`) or a key with a slash at the end. */
export function assertPrefix(prefix: ObjectKey): void {
  if (prefix === '') return;
  const problem = prefix.endsWith('/') ? problemOf(prefix.slice(0, -1)) : 'does not end with "/"';
  if (problem)
    throw new Failure('storage.key-invalid', `prefix "${printable(prefix)}" ${problem}`, { prefix });
}

/** Whether a name can stand between the slashes of a key. */
export function isKeyComponent(name: string): boolean {
  return COMPONENT.test(name) && name !== '.' && name !== '..';
}

/** `a/b` for `a/b/c`, `''` for `a`. */
export function folderOf(key: ObjectKey): ObjectKey {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

function problemOf(key: ObjectKey): string | undefined {
  if (key.length > MOST_CHARACTERS) return `is longer than ${MOST_CHARACTERS} characters`;
  const components = key.split('/');
  if (components[0] === RESERVED_FOLDER) return `begins with "${RESERVED_FOLDER}", which is reserved`;
  const bad = components.find((component) => !isKeyComponent(component));
  if (bad === undefined) return undefined;
  return bad === ''
    ? 'has an empty component'
    : `has the component "${printable(bad)}", which is not a plain name`;
}
