import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { bytesOf, Failure, printable, textOf } from '#kernel';
import type { Source } from '../../../archive-engine.js';
import { globLiteral, globRests, globSource } from './glob.js';

/** What to leave out, as tar takes it. */
export interface Excludes {
  /** Patterns that begin at the source (`./cache`). */
  readonly anchored: readonly string[];
  /** Patterns that match a name, or several from any one on. */
  readonly floating: readonly string[];
}

/**
 * All patterns of a source. Absolute ones become anchored at the source; of those that do not lie in it nothing is left,
 * nor of those that match the source itself, since it was asked for by name. `roots` are the names of the source: as it
 * was given, and without symlinks. `paths` are left out as they are.
 */
export async function excludesOf(
  source: Source,
  roots: readonly string[],
  paths: readonly string[],
): Promise<Excludes> {
  const patterns = [...source.excludes];
  for (const file of source.excludeFiles) patterns.push(...(await patternsIn(file)));
  const named = patterns.filter((pattern) => pattern !== '');
  const absolute = named.filter((pattern) => isAbsolute(pattern));
  return {
    anchored: [
      ...new Set([
        ...absolute.flatMap((pattern) => anchoredIn(pattern, roots)),
        ...paths.map((path) => `./${globLiteral(path)}`),
      ]),
    ],
    floating: named.filter((pattern) => !isAbsolute(pattern)),
  };
}

function anchoredIn(pattern: string, roots: readonly string[]): string[] {
  return roots.flatMap((root) => {
    const matchesRoot = new RegExp(`^${globSource(pattern)}(/|$)`).test(root);
    if (matchesRoot && root !== '/') return [];
    const rests = globRests(pattern, root === '/' ? root : `${root}/`);
    return rests.filter((rest) => rest !== '').map((rest) => `./${rest}`);
  });
}

/** As GNU tar reads such a file: blanks at the end of a line do not count, empty lines neither; there are no comments. */
async function patternsIn(file: string): Promise<string[]> {
  let content: Buffer;
  try {
    content = await readFile(bytesOf(file));
  } catch (error) {
    throw new Failure(
      'input.file-unreadable',
      `cannot read the exclude file "${printable(file)}"`,
      { file },
      error,
    );
  }
  return textOf(content)
    .split('\n')
    .map((line) => line.replace(/[ \t\v\f\r]+$/, ''))
    .filter((line) => line !== '');
}

/** Arguments that make tar leave them out, and the files of patterns they name: `write` gives back the path of one. */
export async function excludeArguments(
  excludes: Excludes,
  write: (name: string, content: Buffer) => Promise<string>,
): Promise<string[]> {
  const { anchored, floating } = excludes;
  return [
    ...(anchored.length > 0
      ? ['--anchored', ...(await listArguments('anchored', anchored, write)), '--no-anchored']
      : []),
    ...(await listArguments('floating', floating, write)),
  ];
}

/** A file holds any number of patterns of any bytes; arguments hold text, but also newlines and blanks at the end. */
async function listArguments(
  name: string,
  patterns: readonly string[],
  write: (name: string, content: Buffer) => Promise<string>,
): Promise<string[]> {
  const forFile = patterns.filter((pattern) => !NOT_A_LINE.test(pattern));
  const args = patterns
    .filter((pattern) => NOT_A_LINE.test(pattern))
    .map((pattern) => `--exclude=${pattern}`);
  if (forFile.length === 0) return args;
  const path = await write(`${name}-excludes`, bytesOf(`${forFile.join('\n')}\n`));
  return [...args, `--exclude-from=${path}`];
}

const NOT_A_LINE = /\n|\s$/;

/**
 * Whether a path is left out; `undefined` when nothing is. Tar's own listing does not tell what it left out from what is
 * unchanged. Compares byte by byte, as tar does in the C locale: the path is to be given as Latin 1, with `./` before it.
 */
export function excludedPaths({ anchored, floating }: Excludes): ((path: string) => boolean) | undefined {
  if (anchored.length + floating.length === 0) return undefined;
  const any = (patterns: readonly string[]) =>
    patterns.map((pattern) => globSource(latin1(pattern))).join('|');
  const alternatives = [
    ...(anchored.length > 0 ? [`^(?:${any(anchored)})(?:/|$)`] : []),
    ...(floating.length > 0 ? [`(?:^|/)(?:${any(floating)})(?:/|$)`] : []),
  ];
  const excluded = new RegExp(alternatives.join('|'));
  return (path) => excluded.test(path);
}

function latin1(text: string): string {
  return bytesOf(text).toString('latin1');
}
