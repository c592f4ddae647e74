import { Failure, textOf } from '#kernel';
import { Secret } from '../values/secret.js';
import { readSmallFile } from './text-file.js';

/**
 * The passphrase in a file: its first line, without the line break, as Freezer reads it. Rejects with
 * `input.file-unreadable`, or `key.passphrase-missing` when the line is empty.
 */
export async function readPassphraseFile(path: string): Promise<Secret<string>> {
  const bytes = await readSmallFile(path, 'passphrase file', 64 * 1024);
  const [line = ''] = textOf(bytes).split(/[\r\n]/, 1);
  if (line !== '') return new Secret(line);
  throw new Failure('key.passphrase-missing', `the first line of passphrase file "${path}" is empty`, {
    path,
  });
}
