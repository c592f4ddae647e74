import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './trees/remove-tree.js';

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  /** Removes it with all that is in it. A second remove does nothing. */
  remove(): Promise<void>;
}

/** Makes a directory that nobody else has, and nobody else may enter (mode 0700): `<parent>/<prefix>XXXXXX`. */
export async function temporaryDirectory(
  prefix: string,
  parent: string = tmpdir(),
): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(parent, prefix));
  // A parent with setgid hands that bit on.
  await chmod(path, 0o700);
  const remove = () => removeTree(path);
  return { path, remove, [Symbol.asyncDispose]: remove };
}
