import { rmSync } from 'node:fs';
import { chown, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, runToEnd, systemCommands, thisProcess } from '#host';
import { settingArguments } from '../settings.js';
import { endsWithThisProcess } from './end-with-process.js';
import { sweepAbandoned } from './sweep.js';
import { template } from './template.js';

/** A server that loses everything on a power cut, and is gone with this process. */
export interface ThrowAwayServer {
  readonly port: number;
  readonly password: string;
}

export const SERVER_PREFIX = 'firn-postgres-server-';

const ATTEMPTS = 5;

/** Starts it on a copy of the template. It runs on its own, so that it does not keep this process from ending. */
export async function startThrowAwayServer(): Promise<ThrowAwayServer> {
  await sweepAbandoned(tmpdir(), SERVER_PREFIX);
  const { data: source, password, account, programs } = await template();
  const directory = await mkdtemp(path.join(tmpdir(), SERVER_PREFIX));
  const data = path.join(directory, 'data');
  endsWithThisProcess(directory);
  await writeFile(path.join(directory, 'owner.json'), JSON.stringify(thisProcess()));
  if (account.user) await chown(directory, account.user.uid, account.user.gid);
  const copying = { program: 'cp', args: ['-R', source, data], ...(account.user && { user: account.user }) };
  const { exit, stderr } = await runToEnd(systemCommands, copying);
  if (exit.code !== 0) throw new Error(`cannot copy ${source}: ${stderr}`);

  const log = path.join(directory, 'log');
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    // Another process may take the port first; then another one will do.
    const port = await freePort();
    const settings = settingArguments({ port: `${port}`, fsync: 'off', full_page_writes: 'off' });
    const options = settings.map((word) => `'${word}'`).join(' ');
    const start = ['-D', data, '-l', log, '-o', options, '-s', '-w', 'start'];
    if ((await runToEnd(systemCommands, programs.call('pg_ctl', start))).exit.code === 0) {
      return { port, password };
    }
  }
  const words = await readFile(log, 'utf8').catch(() => '(no log)');
  rmSync(directory, { recursive: true });
  throw new Error(`PostgreSQL does not start: ${words}`);
}
