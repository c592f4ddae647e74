import type { FileEntryWithStats, Stats } from 'ssh2';
import { isKeyComponent, RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectInfo, ObjectKey } from '../../storage-backend.js';
import { isFolder, isRegularFile } from './file-kind.js';

/** The names in a folder of the container; none when it is not there. May end early at one that is enough. */
export type ReadFolder = (
  folder: ObjectKey,
  isEnough?: (entry: FileEntryWithStats) => boolean,
) => Promise<readonly FileEntryWithStats[]>;

/** Folders that are asked for before it is their turn, so that a far server does not wait for us. */
const FOLDERS_AHEAD = 8;

/**
 * Every object below a folder, in order of keys. What is no regular file, or has a name that no key has, is no object.
 * Memory held: the names of nine folders on each level.
 */
export async function* objectsBelow(read: ReadFolder, prefix: ObjectKey): AsyncGenerator<ObjectInfo> {
  yield* objectsAmong(read, prefix, await read(prefix));
}

/** Names of the folders below a folder that hold an object at any depth, in order. */
export async function* foldersBelow(read: ReadFolder, prefix: ObjectKey): AsyncGenerator<string> {
  const names = (await read(prefix)).filter((entry) => isFolder(entry.attrs) && isPart(entry, prefix));
  const sorted = names.map(({ filename }) => filename).sort();
  const looks = readingAhead(sorted, async (name) => holdsObject(read, `${prefix}${name}/`));
  for (const name of sorted) if (await looks()) yield name;
}

async function* objectsAmong(
  read: ReadFolder,
  prefix: ObjectKey,
  entries: readonly FileEntryWithStats[],
): AsyncGenerator<ObjectInfo> {
  const parts = new Map(
    entries
      .filter((entry) => isPart(entry, prefix))
      // With its slash, a folder sorts among the files as its keys do: "a-b" comes before "a/c".
      .map(({ filename, attrs }) => [isFolder(attrs) ? `${filename}/` : filename, attrs]),
  );
  const names = [...parts.keys()].sort();
  const nextFolder = readingAhead(
    names.filter((name) => name.endsWith('/')),
    (name) => read(`${prefix}${name}`),
  );
  for (const name of names) {
    const stats = parts.get(name);
    if (name.endsWith('/')) yield* objectsAmong(read, `${prefix}${name}`, await nextFolder());
    else if (stats) yield infoOf(`${prefix}${name}`, stats);
  }
}

/** A writer that was killed may leave folders with nothing in them. */
async function holdsObject(read: ReadFolder, prefix: ObjectKey): Promise<boolean> {
  const isObject = (entry: FileEntryWithStats): boolean =>
    isRegularFile(entry.attrs) && isPart(entry, prefix);
  const entries = await read(prefix, isObject);
  if (entries.some(isObject)) return true;
  for (const { filename, attrs } of entries) {
    if (isFolder(attrs) && isKeyComponent(filename) && (await holdsObject(read, `${prefix}${filename}/`)))
      return true;
  }
  return false;
}

/** Gives what `ask` answers for each item, in order, with some asked ahead; undefined after the last. */
function readingAhead<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>) {
  const asked: Promise<Answer>[] = [];
  let at = 0;
  return (): Promise<Answer> => {
    while (asked.length <= FOLDERS_AHEAD && at < items.length) {
      const answer = ask(items[at++] as Item);
      // Seen when its turn comes.
      answer.catch(() => undefined);
      asked.push(answer);
    }
    return asked.shift() as Promise<Answer>;
  };
}

function isPart({ filename, attrs }: FileEntryWithStats, prefix: ObjectKey): boolean {
  if (prefix === '' && filename === RESERVED_FOLDER) return false;
  return (isRegularFile(attrs) || isFolder(attrs)) && isKeyComponent(filename);
}

/** Servers tell times in seconds. */
export function infoOf(key: ObjectKey, { size, mtime }: Stats): ObjectInfo {
  return { key, size, modifiedAt: new Date(mtime * 1000) };
}
