import { createReadStream } from 'node:fs';
import { Failure } from '#kernel';

/** The bytes of a small file; more than `limit` are refused with `input.file-unreadable`, so is what cannot be read. */
export async function readSmallFile(path: string, what: string, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    // Pipes are files too, as in --config <(…), so the length is known only at the end.
    for await (const piece of createReadStream(path, { end: limit })) pieces.push(piece as Buffer);
  } catch (error) {
    throw new Failure(
      'input.file-unreadable',
      `cannot read ${what} "${path}": ${reasonOf(error)}`,
      { path },
      error,
    );
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length <= limit) return bytes;
  throw new Failure('input.file-unreadable', `${what} "${path}" has more than ${limit} bytes`, {
    path,
    limit,
  });
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'its symlinks run in a circle',
};
