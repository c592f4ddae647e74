import { lstatSync } from 'node:fs';
import { Failure } from '#kernel';
import { joined, shownPath, walkOrder } from './byte-path.js';
import type { CommandRunner } from '../commands/command-runner.js';
import { attributesCanBeRead, treeAttributes, type EntryAttributes } from './tree-attributes.js';
import type { CompareOptions, Difference } from './tree-difference.js';

/** Whether attributes are to be compared; throws `command.missing` when they must be and cannot. */
export function attributesCount({ attributes = 'if-possible' }: CompareOptions): boolean {
  if (attributes === 'ignore') return false;
  const possible = attributesCanBeRead();
  if (!possible && attributes === 'required') {
    throw new Failure(
      'command.missing',
      'attributes cannot be compared without the programs xargs and getfattr',
    );
  }
  return possible;
}

/** Entries that are on both sides with other attributes. Memory held: one entry of each side. */
export async function* attributeDifferences(
  left: Buffer,
  right: Buffer,
  options: CompareOptions,
  commands: CommandRunner,
  signal?: AbortSignal,
): AsyncGenerator<Difference, void, void> {
  const strict = options.attributes === 'required';
  const a = treeAttributes(left, commands, strict, signal);
  const b = treeAttributes(right, commands, strict, signal);
  const words = (entry: EntryAttributes | undefined) => inWords(entry, options.ignoreAttributes ?? []);
  try {
    for await (const { path, onLeft, onRight } of joinedByPath(a, b)) {
      const [x, y] = [words(onLeft), words(onRight)];
      // An entry that is missing altogether has been reported as that.
      if (x === y || !exists(left, path) || !exists(right, path)) continue;
      yield { path: shownPath(path), what: 'attributes', left: x, right: y };
    }
  } finally {
    await Promise.all([a.return(undefined), b.return(undefined)]);
  }
}

interface Joined {
  readonly path: Buffer;
  readonly onLeft?: EntryAttributes;
  readonly onRight?: EntryAttributes;
}

/** Only entries with attributes come, so the two sequences are joined by the order they share. */
async function* joinedByPath(
  a: AsyncIterator<EntryAttributes>,
  b: AsyncIterator<EntryAttributes>,
): AsyncGenerator<Joined> {
  let [x, y] = await Promise.all([a.next(), b.next()]);
  while (!x.done || !y.done) {
    const order = x.done ? 1 : y.done ? -1 : walkOrder(x.value.path, y.value.path);
    const onLeft = order <= 0 && !x.done ? x.value : undefined;
    const onRight = order >= 0 && !y.done ? y.value : undefined;
    yield {
      path: onLeft?.path ?? onRight?.path ?? Buffer.alloc(0),
      ...(onLeft && { onLeft }),
      ...(onRight && { onRight }),
    };
    if (onLeft) x = await a.next();
    if (onRight) y = await b.next();
  }
}

function inWords(entry: EntryAttributes | undefined, ignored: readonly string[]): string {
  const counted = (entry?.attributes ?? []).filter(
    (line) => !ignored.includes(line.slice(0, line.indexOf('='))),
  );
  return counted.join(', ') || 'none';
}

function exists(root: Buffer, path: Buffer): boolean {
  try {
    return lstatSync(joined(root, path), { throwIfNoEntry: false }) !== undefined;
  } catch {
    // What is a directory on the other side is a file here.
    return false;
  }
}
