import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The path of a name of any bytes in a directory. */
export function place(directory: string | Buffer, name: Uint8Array): Buffer {
  const start = typeof directory === 'string' ? Buffer.from(directory) : directory;
  return Buffer.concat([start, Buffer.from('/'), name]);
}

/** Makes a file with the directories above it; gives its path back. */
export function file(root: string, path: string, content: string | Uint8Array = path): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

/** Makes a directory with those above it; gives its path back. */
export function directory(root: string, path: string): string {
  const full = join(root, path);
  mkdirSync(full, { recursive: true });
  return full;
}

/** Names in order of bytes. */
export function namesIn(path: string | Buffer): readonly Buffer[] {
  return readdirSync(path, { encoding: 'buffer' }).sort((a, b) => a.compare(b));
}
