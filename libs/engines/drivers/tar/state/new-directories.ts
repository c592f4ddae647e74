import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { bytesOf, textOf } from '#kernel';
import { below } from '../stream/member-path.js';
import { statusAt } from './status-at.js';

/**
 * Directories that a base does not know where they are, new ones and moved ones, with all below them; paths as an Entry has
 * them. `touched` are those that it knows and that have changed since: only in such a one can there be another, as making
 * and moving a directory changes the times of both. No symlink is followed, and no mount, since no link leads across one.
 *
 * Memory held: what is still to be gone into.
 */
export async function* newDirectories(
  root: string,
  touched: ReadonlySet<string>,
  isOld: (status: Stats) => boolean,
): AsyncGenerator<string> {
  for (const known of touched) {
    const open: string[] = [];
    for (const { path, status } of await directoriesIn(root, known))
      if (!touched.has(path) && !isOld(status)) open.push(path);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      yield next;
      for (const { path } of await directoriesIn(root, next)) if (!touched.has(path)) open.push(path);
    }
  }
}

/** What cannot be read is left to tar to report. */
async function directoriesIn(
  root: string,
  directory: string,
): Promise<readonly { readonly path: string; readonly status: Stats }[]> {
  const place = bytesOf(`${root}/${directory}`);
  const device = statusAt(place, false)?.dev;
  const entries = await readdir(place, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
  return entries.flatMap((entry) => {
    // Some file systems do not tell the type of an entry.
    if (entry.isFile() || entry.isSymbolicLink()) return [];
    const status = statusAt(Buffer.concat([place, Buffer.from('/'), entry.name]), false);
    if (!status?.isDirectory() || status.dev !== device) return [];
    return [{ path: below(directory, textOf(entry.name)), status }];
  });
}
