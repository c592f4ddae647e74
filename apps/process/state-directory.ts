import { chmod, mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceDurably } from '#host';
import { Failure, parse, z } from '#kernel';

const VERSION = 1;
const MARK = 'firn-state.json';

/** What a platform may have made before its mark, or a person for it. */
const OURS = [MARK, 'postgres', 'scheduler', 'jobs', 'logs', 'secrets', 'lost+found'];

const markSchema = z.object({ version: z.int().positive() });

/**
 * Makes the directory that keeps what a platform must not lose, if it is not there, and marks it as one; gives its
 * real path. Rejects with `platform.state-unusable` when it cannot be used or holds what is not ours, and with
 * `platform.state-newer` when a newer Firn has laid it out.
 */
export async function openStateDirectory(directory: string): Promise<string> {
  try {
    const place = await madeDirectory(directory);
    await checkMark(place);
    return place;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unusable(directory, reasonOf(error), error);
  }
}

/** The account that runs PostgreSQL for root must get through; nobody else gets into what belongs to a person. */
async function madeDirectory(directory: string): Promise<string> {
  const root = process.getuid?.() === 0;
  const first = await mkdir(directory, { recursive: true, mode: root ? 0o711 : 0o700 });
  const place = await realpath(directory);
  if (!root || first === undefined) return place;
  // A umask may have taken away what `mode` gives.
  const top = dirname(await realpath(first));
  for (let path = place; path !== top && path !== '/'; path = dirname(path)) await chmod(path, 0o711);
  return place;
}

async function checkMark(place: string): Promise<void> {
  const text = await readIfThere(join(place, MARK));
  if (text !== undefined) return assertKnown(text, place);
  const strange = (await readdir(place)).find((name) => !OURS.includes(name.replace(/\.new$/, '')));
  if (strange !== undefined) throw unusable(place, `it holds "${strange}", and is none of Firn's`);
  await replaceDurably(join(place, MARK), `${JSON.stringify({ version: VERSION })}\n`, 0o644);
}

function assertKnown(text: string, place: string): void {
  const { version } = readMark(text, place);
  if (version <= VERSION) return;
  const words = `"${place}" was laid out by a newer Firn (version ${version}, this one knows ${VERSION})`;
  throw new Failure('platform.state-newer', words, { directory: place, version });
}

function readMark(text: string, place: string): z.infer<typeof markSchema> {
  try {
    return parse(markSchema, JSON.parse(text), MARK);
  } catch (error) {
    throw unusable(place, `its "${MARK}" is not one of Firn's`, error);
  }
}

function unusable(directory: string, reason: string, cause?: unknown): Failure {
  return new Failure('platform.state-unusable', `cannot use "${directory}": ${reason}`, { directory }, cause);
}

const REASONS: Readonly<Partial<Record<string, string>>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'it is no directory',
  ENOTDIR: 'a part of its path is no directory',
  EROFS: 'its file system may only be read',
  ENOSPC: 'its disk is full',
};

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
