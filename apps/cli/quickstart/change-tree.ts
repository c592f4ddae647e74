import { appendFile, chmod, lstat, mkdir, opendir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How many files of each sort are touched: enough to see, little enough for a small increment. */
const EACH = 20;

/** Makes changes of every common sort below `root`; returns how many. */
export async function changeTree(root: string): Promise<number> {
  const files: string[] = [];
  for await (const file of filesBelow(root)) {
    files.push(file);
    if (files.length === EACH * 3) break;
  }
  let changes = 0;
  for (const [i, file] of files.entries()) {
    await change(file, i % 3);
    changes += 1;
  }
  const added = join(root, 'firn added this');
  await mkdir(join(added, 'deep', 'down'), { recursive: true });
  await writeFile(join(added, 'deep', 'down', 'file'), 'new\n');
  await symlink('deep/down/file', join(added, 'link'));
  await rename(join(added, 'deep'), join(added, 'deeper'));
  return changes + 1;
}

async function change(file: string, how: number): Promise<void> {
  if (how === 0) return rm(file);
  const { mode } = await lstat(file);
  await chmod(file, mode | 0o200);
  if (how === 1) await appendFile(file, 'one more line\n');
  if (how === 2) await chmod(file, mode ^ 0o004);
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
