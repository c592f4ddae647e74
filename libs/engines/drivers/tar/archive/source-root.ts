import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { bytesOf, Failure, printable, textOf, type FailureCode } from '#kernel';

/** The directory to archive, as patterns may name it: as it was given, and without symlinks. */
export interface SourceRoot {
  readonly named: string;
  readonly real: string;
}

/** Rejects with the `source.*` code that fits when the directory cannot be archived. */
export async function sourceRoot(root: string): Promise<SourceRoot> {
  if (!isAbsolute(root)) throw failure('source.not-absolute', root, 'is not an absolute path');
  try {
    if (!(await stat(bytesOf(root))).isDirectory())
      throw failure('source.not-a-directory', root, 'is not a directory');
    await access(bytesOf(root), constants.R_OK | constants.X_OK);
    return { named: resolve(root), real: textOf(await realpath(bytesOf(root), { encoding: 'buffer' })) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const isMissing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (isMissing) throw failure('source.missing', root, 'is not there', error);
    throw failure('source.unreadable', root, 'cannot be read', error);
  }
}

export function unreadableRoot(root: string): Failure {
  return failure('source.unreadable', root, 'cannot be read');
}

function failure(code: FailureCode, root: string, what: string, cause?: unknown): Failure {
  return new Failure(code, `the source "${printable(root)}" ${what}`, { root }, cause);
}
