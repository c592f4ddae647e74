import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CommandUser } from '#host';
import { Failure } from '#kernel';

/** As whom the server runs. */
export interface Account {
  readonly name: string;
  /** `undefined`: as the user that this process runs as. */
  readonly user: CommandUser | undefined;
}

/**
 * PostgreSQL refuses to run as root, so root chooses another account: of its own if the machine has one, then the one
 * that is made for databases; `nobody` is the last, because it is shared with whatever else runs as nobody.
 */
const PREFERRED = ['firn', 'postgres', 'nobody'];

/**
 * The account for the server of a data directory. One that is there stays with its owner, so that an account that is
 * made later does not lock us out; and in the directory of a user the server is that user's. Rejects with `platform.state-unusable` when root finds no account.
 */
export async function accountFor(dataDirectory: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { name: 'the user of this process', user: undefined };
  const accounts = accountsIn(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const owner = await ownerOf(dataDirectory);
  if (owner && owner.uid !== 0) {
    return { name: accounts.find((one) => one.user.uid === owner.uid)?.name ?? `${owner.uid}`, user: owner };
  }
  const above = await ownerOf(path.dirname(dataDirectory));
  // PostgreSQL makes data only for a user that has a name.
  const neighbour = accounts.find((one) => one.user.uid === above?.uid && one.user.uid !== 0);
  if (neighbour) return neighbour;
  for (const name of PREFERRED) {
    const found = accounts.find((one) => one.name === name && one.user.uid !== 0);
    if (found) return found;
  }
  const names = PREFERRED.map((name) => `"${name}"`).join(', ');
  throw new Failure(
    'platform.state-unusable',
    `PostgreSQL does not run as root, and there is no account ${names} to run it; make one, or start as an ordinary user`,
  );
}

/** The accounts of a passwd file that have numbers. */
export function accountsIn(passwd: string): { readonly name: string; readonly user: CommandUser }[] {
  return passwd.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return [];
    return [{ name, user: { uid: Number(uid), gid: Number(gid) } }];
  });
}

async function ownerOf(path: string): Promise<CommandUser | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch {
    // Not there yet; whatever else is wrong with it shows when it is made.
    return undefined;
  }
}
