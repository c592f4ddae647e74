import type { Dir, Dirent, Stats } from 'node:fs';
import { lstat, opendir, readdir } from 'node:fs/promises';
import { isKeyComponent, RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectInfo, ObjectKey } from '../../storage-backend.js';
import { unless } from './local-failure.js';
import type { LocalFolders } from './local-folders.js';

/** Files looked at together: enough to keep the disk busy. */
const LOOKS_AT_ONCE = 64;
/** What a directory says that is not there, or is none, by the time we come to it. */
const NO_DIRECTORY = ['ENOENT', 'ENOTDIR'];

/**
 * Every object below a folder, in order of keys. What is no regular file, or has a name that no key has, is no object.
 * Memory held: the names of one directory on each level.
 */
export async function* objectsBelow(
  folders: LocalFolders,
  prefix: ObjectKey,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  const path = await folders.find(prefix.slice(0, -1));
  const entries =
    path === undefined ? undefined : await unless(readdir(path, { withFileTypes: true }), ...NO_DIRECTORY);
  // With its slash, a folder sorts among the files as its keys do: "a-b" comes before "a/c".
  const names = (entries ?? []).filter((entry) => isPart(entry, prefix)).map(nameWithSlash);
  names.sort();
  let files: string[] = [];
  for (const name of names) {
    signal?.throwIfAborted();
    const isFolder = name.endsWith('/');
    if (!isFolder) files.push(name);
    if (isFolder || files.length === LOOKS_AT_ONCE) {
      yield* await infosOf(folders, prefix, files);
      files = [];
    }
    if (isFolder) yield* objectsBelow(folders, `${prefix}${name}`, signal);
  }
  yield* await infosOf(folders, prefix, files);
}

/** Names of the folders below a folder that hold an object at any depth, in order. */
export async function* foldersBelow(
  folders: LocalFolders,
  prefix: ObjectKey,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const path = await folders.find(prefix.slice(0, -1));
  const entries =
    path === undefined ? undefined : await unless(readdir(path, { withFileTypes: true }), ...NO_DIRECTORY);
  const names = (entries ?? [])
    .filter((entry) => entry.isDirectory() && isPart(entry, prefix))
    .map(({ name }) => name);
  for (const name of names.sort()) {
    signal?.throwIfAborted();
    if (await holdsObject(folders, `${prefix}${name}/`)) yield name;
  }
}

/** A writer that was killed may leave folders with nothing in them. */
async function holdsObject(folders: LocalFolders, prefix: ObjectKey): Promise<boolean> {
  const directory: Dir | undefined = await unless(opendir(folders.path(prefix)), ...NO_DIRECTORY);
  const inner: string[] = [];
  for await (const entry of directory ?? []) {
    if (!isPart(entry, prefix)) continue;
    if (entry.isFile()) return true;
    inner.push(entry.name);
  }
  for (const name of inner) {
    if (await holdsObject(folders, `${prefix}${name}/`)) return true;
  }
  return false;
}

function isPart(entry: Dirent, prefix: ObjectKey): boolean {
  if (prefix === '' && entry.name === RESERVED_FOLDER) return false;
  return (entry.isFile() || entry.isDirectory()) && isKeyComponent(entry.name);
}

function nameWithSlash(entry: Dirent): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name;
}

async function infosOf(
  folders: LocalFolders,
  prefix: ObjectKey,
  names: readonly string[],
): Promise<ObjectInfo[]> {
  const infos = await Promise.all(
    names.map(async (name) => {
      const key = `${prefix}${name}`;
      const stat = await unless(lstat(folders.path(key)), ...NO_DIRECTORY);
      return stat?.isFile() ? infoOf(key, stat) : undefined;
    }),
  );
  return infos.filter((info) => info !== undefined);
}

export function infoOf(key: ObjectKey, { size, mtime }: Stats): ObjectInfo {
  return { key, size, modifiedAt: mtime };
}
