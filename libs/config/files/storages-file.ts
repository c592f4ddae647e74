import { access } from 'node:fs/promises';
import { Failure, z } from '#kernel';
import type { OptionProblem } from '../option-problem.js';
import { namedStorage, type NamedStorage } from '../storages/named-storage.js';
import { parsedText } from './parsed-text.js';
import { readSmallFile } from './text-file.js';

/**
 * The storages that a file of YAML or JSON describes by name. The one that was named must be there; the usual one need
 * not. Rejects with `input.file-unreadable` and `input.file-malformed`; what is wrong with single storages is added to
 * `problems`.
 */
export async function storagesInFile(
  named: string | undefined,
  usual: string,
  problems: OptionProblem[],
): Promise<readonly NamedStorage[]> {
  const path = named ?? usual;
  if (named === undefined && !(await isThere(usual))) return [];
  const bytes = await readSmallFile(path, 'file of storages', LIMIT);
  const { value, places } = parsedText(path, bytes.toString('utf8'));
  const described = z.record(z.string(), z.unknown()).nullable().safeParse(value);
  if (!described.success) {
    const { line, column } = places.of([]);
    const message = `${path}, line ${line}, column ${column}: expected storages by their names`;
    throw new Failure('input.file-malformed', message, { file: path, line, column });
  }
  return Object.entries(described.data ?? {}).map(([name, description]) =>
    namedStorage(name, description, `${path} line ${places.of([name]).line}, ${name}`, problems),
  );
}

const LIMIT = 1024 * 1024;

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
