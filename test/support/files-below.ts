import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** Paths of the files below a directory, while others may write and remove there: what vanishes meanwhile is not told. */
export function filesBelow(directory: string): readonly string[] {
  return entriesIn(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function entriesIn(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
