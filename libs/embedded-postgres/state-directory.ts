import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, realpath, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { removeTree } from '#host';
import { Failure, parse, z } from '#kernel';
import { giveToOwner } from './ownership.js';

/**
 * What lies in the directory of an embedded server:
 *
 * - `layout.json` says that it is one, and of which layout
 * - `data/` is PostgreSQL's, and belongs to the account that runs it
 * - `password`, of the superuser, for us alone
 * - `port`, of the last start
 * - `log/`
 * - `programs/`, a copy of PostgreSQL where it cannot run from node_modules
 * - `new-…/` is a data directory in the making
 */
const LAYOUT = 1;

const layoutSchema = z.object({ layout: z.int().positive() });
const portSchema = z.int().min(1).max(65_535);

/** Makes the directory if it is not there, and gives its real path. */
export async function madeDirectory(directory: string): Promise<string> {
  const root = process.getuid?.() === 0;
  const made = await mkdir(directory, { recursive: true, mode: root ? 0o711 : 0o700 });
  const place = await realpath(directory);
  // Root's server runs as another account, which must get through; a umask may have shut it out of what is new.
  if (root && made !== undefined) await openDown(await realpath(made), place);
  else if (root) await chmod(place, ((await stat(place)).mode & 0o7777) | 0o111);
  return place;
}

/**
 * Notes that the directory is one of ours, if it is empty. Rejects with `platform.state-unusable` when it holds what is
 * not ours, and with `platform.state-newer` when a newer Firn has laid it out.
 */
export async function layOut(place: string): Promise<void> {
  const layout = await readIfThere(path.join(place, 'layout.json'));
  if (layout === undefined) {
    const strange = (await readdir(place)).find((name) => !['layout.json.new', 'lost+found'].includes(name));
    if (strange !== undefined) throw unusable(place, `it holds "${strange}", and is not a database of Firn`);
    await replaceFile(path.join(place, 'layout.json'), `${JSON.stringify({ layout: LAYOUT })}\n`);
    return;
  }
  const { layout: found } = readLayout(layout, place);
  if (found > LAYOUT) {
    throw new Failure(
      'platform.state-newer',
      `"${place}" has layout ${found}, and this Firn knows ${LAYOUT}`,
      {
        directory: place,
        layout: found,
      },
    );
  }
}

/** Rejects when the data were made by another major version of PostgreSQL: they can only be used by the same. */
export async function assertSameMajor(directory: string, major: number): Promise<void> {
  const found = Number.parseInt((await readIfThere(path.join(directory, 'data', 'PG_VERSION'))) ?? '', 10);
  if (found === major || !existsSync(path.join(directory, 'data'))) return;
  if (found > major) {
    const words = `"${directory}" was made by PostgreSQL ${found}, and this Firn brings ${major}`;
    throw new Failure('platform.state-newer', words, { directory, found, major });
  }
  const reason = `it was made by PostgreSQL ${found || '(unknown)'}, and this Firn brings ${major}; dump it with the Firn that made it`;
  throw unusable(directory, reason);
}

/** The password of the superuser. It is made with the data, and is of no use without them. */
export async function passwordIn(directory: string): Promise<string> {
  const file = path.join(directory, 'password');
  const kept = (await readIfThere(file))?.trim();
  if (kept) return kept;
  if (existsSync(path.join(directory, 'data'))) throw unusable(directory, 'its file "password" is missing');
  const password = randomBytes(24).toString('base64url');
  await replaceFile(file, `${password}\n`);
  return password;
}

export async function lastPort(directory: string): Promise<number | undefined> {
  const text = await readIfThere(path.join(directory, 'port'));
  return portSchema.safeParse(Number(text)).data;
}

export async function keepPort(directory: string, port: number): Promise<void> {
  if (port === (await lastPort(directory))) return;
  await replaceFile(path.join(directory, 'port'), `${port}\n`);
}

/** Calls `make` with an empty directory, and takes the `data` that it made there; a rest of a former try goes first. */
export async function withNewData(directory: string, make: (fresh: string) => Promise<void>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('new-')) await removeTree(path.join(directory, name));
  }
  if (existsSync(path.join(directory, 'data'))) return;
  const fresh = await mkdtemp(path.join(directory, 'new-'));
  try {
    await make(fresh);
    await rename(path.join(fresh, 'data'), path.join(directory, 'data'));
    await sync(directory);
  } finally {
    await removeTree(fresh);
  }
}

/** Removes copies of programs that are of another version, or were not finished. */
export async function removeOtherPrograms(directory: string, build: string): Promise<void> {
  const programs = path.join(directory, 'programs');
  if (!existsSync(programs)) return;
  for (const name of await readdir(programs)) {
    // What root has copied a user cannot remove; room on the disk is all that is lost.
    if (name !== build) await removeTree(path.join(programs, name)).catch(() => undefined);
  }
}

export function unusable(directory: string, reason: string, cause?: unknown): Failure {
  return new Failure('platform.state-unusable', `cannot use "${directory}": ${reason}`, { directory }, cause);
}

function readLayout(text: string, directory: string): z.infer<typeof layoutSchema> {
  try {
    return parse(layoutSchema, JSON.parse(text), 'layout.json');
  } catch (error) {
    throw unusable(directory, 'its "layout.json" is not one of Firn', error);
  }
}

async function openDown(first: string, last: string): Promise<void> {
  for (let place = last; place.length >= first.length; place = path.dirname(place)) await chmod(place, 0o711);
}

/** Whole and on disk, or as it was. */
async function replaceFile(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await giveToOwner(`${file}.new`);
  await rename(`${file}.new`, file);
  await sync(path.dirname(file));
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
