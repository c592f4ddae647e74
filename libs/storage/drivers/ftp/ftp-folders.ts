import { folderOf } from '../../object-key.js';
import type { FtpConnection } from './ftp-connection.js';
import { isDone, type Reply } from './ftp-failure.js';

/** What became of the wish that a folder be there. */
export type Made = 'made' | 'there' | Reply;

/** Makes a folder with all above it, the container and what leads to it included. */
export async function makeFolder(connection: FtpConnection, folder: string): Promise<Made> {
  return make(connection, connection.path(folder));
}

/** Removes a folder and those above it, as far as they are empty; the container stays. */
export async function pruneFolders(connection: FtpConnection, folder: string): Promise<void> {
  for (let empty = folder; empty !== ''; empty = folderOf(empty)) {
    if (!isDone(await connection.ask('RMD', connection.path(empty)))) return;
  }
}

/** Most folders are there or lack only the last part, so the last part is tried first. */
async function make(connection: FtpConnection, path: string): Promise<Made> {
  const refusal = await connection.ask('MKD', path);
  if (isDone(refusal)) return 'made';
  if (isDone(await connection.ask('CWD', path))) return 'there';
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent === '') return refusal;
  const above = await make(connection, parent);
  if (above !== 'made' && above !== 'there') return above;
  const second = await connection.ask('MKD', path);
  if (isDone(second)) return 'made';
  // Somebody else may have been quicker.
  return isDone(await connection.ask('CWD', path)) ? 'there' : second;
}
