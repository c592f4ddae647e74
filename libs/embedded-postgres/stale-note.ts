import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isNotTheServer } from './server-processes.js';

/**
 * Removes the note of a server that is gone when there still is a process of its number: PostgreSQL would believe that
 * the server runs. That happens in containers, where numbers come again and nobody fetches orphans that have ended.
 * Every other note is left for PostgreSQL to judge.
 */
export async function clearStaleNote(data: string): Promise<void> {
  const note = path.join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(note, 'utf8').catch(() => ''), 10);
  if (pid > 0 && isNotTheServer(pid, data)) await rm(note);
}
