import { stat } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd, type CommandRunner, type CommandUser } from '#host';
import { Failure } from '#kernel';
import type { Account } from './account.js';

/**
 * Resolves when the account may enter `directory`. Rejects with `platform.state-unusable` that names the directory
 * above it that shuts the account out, and how to open it.
 */
export async function assertReachable(
  directory: string,
  account: Account,
  commands: CommandRunner,
): Promise<void> {
  const { user } = account;
  if (!user) return;
  const closed = await closedOnTheWay(directory, user);
  if (closed === undefined) return;
  // Modes do not tell all, an ACL may open the directory to the account.
  const { exit } = await runToEnd(commands, { program: 'ls', args: ['-d', `${directory}/.`], user });
  if (exit.code === 0) return;
  throw new Failure(
    'platform.state-unusable',
    `the account "${account.name}", which runs PostgreSQL for root, cannot enter "${closed}"; ` +
      `choose a state directory outside of it, or run: chmod o+x '${closed}'`,
    { directory, closed, account: account.name },
  );
}

async function closedOnTheWay(directory: string, user: CommandUser): Promise<string | undefined> {
  const names = path.resolve(directory).split('/').slice(1);
  for (let depth = 0; depth <= names.length; depth += 1) {
    const place = `/${names.slice(0, depth).join('/')}`;
    const { mode, uid, gid } = await stat(place);
    const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return place;
  }
  return undefined;
}
