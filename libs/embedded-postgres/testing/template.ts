import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeTree, systemCommands } from '#host';
import { accountFor, type Account } from '../account.js';
import { initialise } from '../initialise.js';
import { packaged } from '../packaged.js';
import { programsFor, type Programs } from '../programs.js';

/** A data directory that has been made and never started, to be copied. */
export interface Template {
  readonly data: string;
  readonly password: string;
  readonly account: Account;
  readonly programs: Programs;
}

/** Counts up when templates are made in another way. */
const MAKE = 1;

/**
 * The template for this user and this build of PostgreSQL, below the system's temporary directory. It takes a second
 * to make and is kept for the next time. Processes that make it at the same time all end up with the same one.
 */
export async function template(): Promise<Template> {
  const cache = await ownCache();
  const place = path.join(cache, `template-${MAKE}-${(await packaged()).build}`);
  const account = await accountFor(path.join(place, 'data'));
  const programs = await programsFor(account, systemCommands, path.join(cache, 'programs'));
  const password = (await passwordIn(place)) ?? (await made(place, account, programs));
  return { data: path.join(place, 'data'), password, account, programs };
}

/** A directory of that name made by somebody else could hold any program, so it is refused. */
async function ownCache(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const cache = path.join(tmpdir(), `firn-postgres-${uid}`);
  await mkdir(cache, { recursive: true });
  const found = await lstat(cache);
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${cache} belongs to somebody else`);
  await chmod(cache, 0o711);
  return cache;
}

async function made(place: string, account: Account, programs: Programs): Promise<string> {
  const fresh = await mkdtemp(`${place}-`);
  try {
    const password = randomBytes(18).toString('base64url');
    await initialise(fresh, { programs, account, commands: systemCommands, password, durable: false });
    await writeFile(path.join(fresh, 'password'), password, { mode: 0o600 });
    await rename(fresh, place);
    return password;
  } catch (error) {
    await removeTree(fresh);
    const others = await passwordIn(place);
    if (others === undefined) throw error;
    return others;
  }
}

async function passwordIn(place: string): Promise<string | undefined> {
  return readFile(path.join(place, 'password'), 'utf8').catch(() => undefined);
}
