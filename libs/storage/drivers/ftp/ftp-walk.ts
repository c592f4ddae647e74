import type { ObjectInfo, ObjectKey } from '../../storage-backend.js';
import type { Listed } from './ftp-listing.js';

/** What is in a folder, unsorted, or `undefined` when it is not there. */
export type Look = (prefix: ObjectKey) => Promise<readonly Listed[] | undefined>;

/** Every object below a folder, in order of keys. Memory held: the names of one folder on each level. */
export async function* objectsBelow(look: Look, prefix: ObjectKey): AsyncGenerator<ObjectInfo> {
  // With its slash, a folder sorts among the objects as its keys do: "a-b" comes before "a/c".
  const entries = [...((await look(prefix)) ?? [])].sort(byName);
  for (const { name, size, modifiedAt } of entries) {
    const key = `${prefix}${name}`;
    if (name.endsWith('/')) yield* objectsBelow(look, key);
    else yield { key, size, modifiedAt };
  }
}

/** Names of the folders below a folder that hold an object at any depth, in order. */
export async function* foldersBelow(look: Look, prefix: ObjectKey): AsyncGenerator<string> {
  const names = ((await look(prefix)) ?? []).map(({ name }) => name).filter((name) => name.endsWith('/'));
  for (const name of names.map((folder) => folder.slice(0, -1)).sort()) {
    if (await holdsObject(look, `${prefix}${name}/`)) yield name;
  }
}

/** A put that was cut may leave folders with nothing in them. */
async function holdsObject(look: Look, prefix: ObjectKey): Promise<boolean> {
  const names = ((await look(prefix)) ?? []).map(({ name }) => name);
  if (names.some((name) => !name.endsWith('/'))) return true;
  for (const name of names) {
    if (await holdsObject(look, `${prefix}${name}`)) return true;
  }
  return false;
}

/** Names are ASCII, so order of code units is order of bytes. */
function byName(one: Listed, other: Listed): number {
  return one.name < other.name ? -1 : 1;
}
