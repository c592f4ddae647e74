import { readdirSync, type Dirent } from 'node:fs';
import { bytesOf, textOf } from '#kernel';
import { place } from './places.js';

export interface ListedEntry {
  /** Relative to the root, as kernel `textOf`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
}

/** Everything below a directory, each directory by names in order of bytes and what is in it right after it. */
export function listTree(root: string): readonly ListedEntry[] {
  return [...below(bytesOf(root), '')];
}

function* below(directory: Buffer, prefix: string): Generator<ListedEntry> {
  const entries = readdirSync(directory, { encoding: 'buffer', withFileTypes: true });
  for (const entry of entries.sort((a, b) => a.name.compare(b.name))) {
    const path = prefix + textOf(entry.name);
    const type = typeOf(entry);
    yield { path, type };
    if (type === 'directory') yield* below(place(directory, entry.name), `${path}/`);
  }
}

function typeOf(entry: Dirent<Buffer>): ListedEntry['type'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}
