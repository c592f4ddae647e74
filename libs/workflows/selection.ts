import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure } from '#kernel';
import type { Source } from '#engines';

/**
 * SHA-256, hex, of everything that says what belongs to a source. GNU tar calls what is newly excluded unchanged, so an
 * increment under other rules than its base would bring old versions back.
 */
export function selectionOf({ root, excludes, excludeFiles, oneFileSystem, dereference }: Source): string {
  const patterns = excludeFiles.map((path) => readPatterns(path));
  const rules = { root, excludes: [...excludes].sort(), patterns, oneFileSystem, dereference };
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex');
}

function readPatterns(path: string): string {
  try {
    return readFileSync(path).toString('latin1');
  } catch (error) {
    throw new Failure('input.file-unreadable', `cannot read the exclude file "${path}"`, { path }, error);
  }
}
