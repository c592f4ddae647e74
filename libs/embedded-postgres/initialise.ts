import { randomUUID } from 'node:crypto';
import { chmod, chown, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd, type CommandRunner, type CommandCall } from '#host';
import { Failure } from '#kernel';
import type { Account } from './account.js';
import type { Programs } from './programs.js';
import { DATABASE, USER } from './settings.js';

export interface Initialisation {
  readonly programs: Programs;
  readonly account: Account;
  readonly commands: CommandRunner;
  readonly password: string;
  /** Whether the new files are to survive a power cut. */
  readonly durable: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Makes a data directory `data` inside `directory`, which is empty and ours, with a superuser and a database of the
 * same name. The directory is given to the account. Text is UTF-8 and sorts by code point, on every machine alike.
 */
export async function initialise(directory: string, options: Initialisation): Promise<void> {
  const { programs, account } = options;
  const data = path.join(directory, 'data');
  // Passwords do not go in argv, where every user of the machine can read them.
  const passwordFile = path.join(directory, `password-${randomUUID()}`);
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  await chmod(directory, 0o700);
  if (account.user) {
    await chown(directory, account.user.uid, account.user.gid);
    await chown(passwordFile, account.user.uid, account.user.gid);
  }
  const init = ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const text = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const safety = ['--data-checksums', ...(options.durable ? [] : ['--no-sync', '--wal-segsize=1'])];
  await succeed(
    programs.call('initdb', [...init, ...text, ...safety, '--no-instructions'], directory),
    options,
  );
  await rm(passwordFile);

  // The package has no client program; the server alone, with no port open, does as well.
  const durability = options.durable ? [] : ['-c', 'fsync=off'];
  const alone = [
    '--single',
    '-D',
    data,
    '-c',
    'exit_on_error=on',
    '-c',
    'log_checkpoints=off',
    ...durability,
  ];
  await succeed(
    programs.call('postgres', [...alone, 'template1'], directory),
    options,
    `CREATE DATABASE ${DATABASE} OWNER ${USER};\n`,
  );
}

async function succeed(call: CommandCall, options: Initialisation, input?: string): Promise<void> {
  // As a group, so that when it is called off nobody is left who still writes.
  const { exit, stderr } = await runToEnd(
    options.commands,
    { ...call, group: true },
    {
      ...(input !== undefined && { input: Buffer.from(input) }),
      ...(options.signal && { signal: options.signal }),
    },
  );
  if (exit.code === 0) return;
  const program = path.basename(call.program);
  const words = stderr.trim() || `it ended with ${exit.code ?? exit.signal}`;
  throw new Failure('platform.database-failed', `cannot make the database: "${program}" says: ${words}`, {
    program,
    code: exit.code,
    signal: exit.signal,
  });
}
