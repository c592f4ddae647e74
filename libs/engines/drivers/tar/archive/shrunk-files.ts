import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { bytesOf } from '#kernel';
import type { Trouble } from './archive-troubles.js';

const PIECE = 1 << 20;

/**
 * Looks at the files of which tar says that they shrank while it read them. When the disk fails behind some bytes that
 * could be read, tar says just the same as when a file was cut, and puts zeros in place of the rest: its member is not
 * what it says. A file that has not been changed since `started` (milliseconds, before tar was) cannot have shrunk, and
 * one whose end cannot be read now could not be read then.
 */
export function checkedShrunk(
  root: string,
  started: number,
  troubles: readonly Trouble[],
): readonly Trouble[] {
  return troubles.map((trouble) =>
    trouble.shrankBy === undefined || mayHaveShrunk(`${root}/${trouble.path}`, started, trouble.shrankBy)
      ? trouble
      : { path: trouble.path, effect: 'untrue', reason: 'read error' },
  );
}

/** A file that is gone was changed. */
function mayHaveShrunk(path: string, started: number, bytes: number): boolean {
  let file: number | undefined;
  try {
    file = openSync(bytesOf(path), 'r');
    const { size, ctimeMs } = fstatSync(file);
    if (ctimeMs < started) return false;
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let at = Math.max(0, size - bytes); at < size;) {
      const read = readSync(file, buffer, 0, PIECE, at);
      if (read === 0) return true;
      at += read;
    }
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
