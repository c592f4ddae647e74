import { stat } from 'node:fs/promises';
import { Failure, textOf, type Schema } from '#kernel';
import { readSmallFile } from '../files/text-file.js';

const OTHERS_MAY_READ = 0o004;

/**
 * The secret in a file: its first line, read by `schema`. Rejects with `input.file-unreadable`, also when everybody
 * may read the file, and with `input.invalid` when the line is none; never with the secret in the message.
 */
export async function readSecretFile<Value>(path: string, schema: Schema<Value>): Promise<Value> {
  const [line = ''] = textOf(await readPrivateFile(path, 'secret file')).split(/[\r\n]/, 1);
  const read = schema.safeParse(line);
  if (read.success) return read.data;
  const why = line === '' ? 'is empty' : (read.error.issues[0]?.message ?? 'is not valid');
  throw new Failure('input.invalid', `the first line of "${path}" ${why}`, { path });
}

/** The bytes of a small file that not everybody may read. */
export async function readPrivateFile(path: string, what: string): Promise<Buffer> {
  const bytes = await readSmallFile(path, what, 64 * 1024);
  const found = await stat(path);
  // A pipe, as in <(…), has a mode that says nothing.
  if (!found.isFile() || (found.mode & OTHERS_MAY_READ) === 0) return bytes;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  const message = `everybody may read ${what} "${path}" (mode ${mode}); make it private with chmod 600`;
  throw new Failure('input.file-unreadable', message, { path, mode });
}
