import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, constants, cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { removeTree, runToEnd, type CommandCall, type CommandRunner } from '#host';
import { Failure } from '#kernel';
import type { Account } from './account.js';
import { assertReachable } from './reachable.js';
import { packaged, type Packaged } from './packaged.js';

/** PostgreSQL's programs, where an account can run them. */
export interface Programs {
  readonly build: string;
  readonly major: number;
  /** How to call one: never with our environment, which could change where it looks for files and libraries. */
  call(program: 'initdb' | 'postgres' | 'pg_ctl', args: readonly string[], cwd?: string): CommandCall;
}

/** What is only for compiling against PostgreSQL. */
const NOT_COPIED = /\.a$|\/pkgconfig$/;

/**
 * The packaged programs if the account can run them where they are, or else a copy in `cache`, which is made once for
 * each build. Rejects with `platform.state-unusable` when the account cannot reach the copy either.
 */
export async function programsFor(
  account: Account,
  commands: CommandRunner,
  cache: string,
  source?: Packaged,
): Promise<Programs> {
  source ??= await packaged();
  const inPlace = programsIn(source.directory, source, account);
  const linked = source.links.every(({ link }) => existsSync(path.join(source.directory, link)));
  if (linked && (await complaintOf(inPlace, commands)) === undefined) return inPlace;

  const copy = path.join(cache, source.build);
  const copied = programsIn(copy, source, account);
  if (existsSync(copy)) {
    if ((await complaintOf(copied, commands)) === undefined) return copied;
    // A power cut soon after the copy may have left files without their bytes.
    await removeTree(copy);
  }
  await copyTo(copy, source);
  const complaint = await complaintOf(copied, commands);
  if (complaint === undefined) return copied;
  await assertReachable(copy, account, commands);
  throw new Failure('platform.database-failed', `cannot run PostgreSQL in "${copy}": ${complaint}`, { copy });
}

function programsIn(directory: string, { build, major }: Packaged, account: Account): Programs {
  return {
    build,
    major,
    call: (program, args, cwd) => ({
      program: path.join(directory, 'bin', program),
      args,
      env: { LC_ALL: 'C', TZ: 'UTC' },
      ...(cwd !== undefined && { cwd }),
      ...(account.user && { user: account.user }),
    }),
  };
}

/** Why the programs cannot be run, or `undefined` when they can. */
async function complaintOf(programs: Programs, commands: CommandRunner): Promise<string | undefined> {
  for (const program of ['postgres', 'initdb'] as const) {
    try {
      const { exit, stderr } = await runToEnd(commands, programs.call(program, ['--version']));
      if (exit.code !== 0) return stderr.trim() || `it ended with ${exit.code ?? exit.signal}`;
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}

/** Others may copy at the same time; the first to rename wins, and all copies are the same. */
async function copyTo(copy: string, source: Packaged): Promise<void> {
  const cache = path.dirname(copy);
  await mkdir(cache, { recursive: true });
  await chmod(cache, 0o755);
  const fresh = path.join(cache, `new-${randomBytes(6).toString('hex')}`);
  try {
    await cp(source.directory, fresh, {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (from) => !NOT_COPIED.test(from),
    });
    await openForAll(fresh);
    for (const { target, link } of source.links) {
      const place = path.join(fresh, link);
      await rm(place, { force: true });
      await symlink(path.relative(path.dirname(place), path.join(fresh, target)), place);
    }
    await rename(fresh, copy);
  } catch (error) {
    await removeTree(fresh);
    if (!existsSync(copy)) throw error;
  }
}

/** npm keeps the modes of its umask, which may shut others out. */
async function openForAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (entry.isDirectory()) await openForAll(place);
    else if (entry.isFile()) await chmod(place, path.basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}
