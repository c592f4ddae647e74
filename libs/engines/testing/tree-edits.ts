import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';

const KINDS = [
  'write',
  'write',
  'grow',
  'make-directory',
  'make-directory',
  'remove',
  'rename',
  'rename',
  'swap',
  'symlink',
  'hard-link',
  'mode',
  'old-time',
  'sparse',
] as const;

/** One change of a tree. `first` and `second` choose among what is there, whatever that is. */
export interface Edit {
  readonly kind: (typeof KINDS)[number];
  readonly first: number;
  readonly second: number;
  readonly name: string;
  readonly content: string;
}

/** Few names, so that things get in each other's way. */
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  first: fc.nat(30),
  second: fc.nat(30),
  name: fc.constantFrom('a', 'b', 'c', 'd e', 'new\nline', 'ü'),
  content: fc.string({ maxLength: 20 }),
});

/** A list of lists: what is changed before each archive. */
export const editsArbitrary: fc.Arbitrary<Edit[][]> = fc.array(fc.array(edit, { maxLength: 14 }), {
  minLength: 2,
  maxLength: 4,
});

/** Makes the changes; those that make no sense in this tree are left out. */
export function editTree(root: string, edits: readonly Edit[]): void {
  for (const change of edits) make(root, change);
}

function make(root: string, { kind, first, second, name, content }: Edit): void {
  const directories = ['.', ...pathsIn(root).filter((path) => lstatSync(join(root, path)).isDirectory())];
  const paths = pathsIn(root);
  const place = join(root, chosen(directories, first) ?? '.', name);
  const one = chosen(paths, first);
  const other = chosen(paths, second);
  const file = chosen(
    paths.filter((path) => lstatSync(join(root, path)).isFile()),
    first,
  );
  switch (kind) {
    case 'write':
      return isDirectory(place) ? undefined : replace(place, () => writeFileSync(place, content));
    case 'grow':
      return file === undefined ? undefined : writeFileSync(join(root, file), content, { flag: 'a' });
    case 'make-directory':
      return replace(place, () => mkdirSync(place));
    case 'remove':
      return one === undefined ? undefined : rmSync(join(root, one), { recursive: true });
    case 'rename':
      return one === undefined
        ? undefined
        : rename(root, one, join(chosen(directories, second) ?? '.', name));
    case 'swap':
      return one === undefined || other === undefined ? undefined : swap(root, one, other);
    case 'symlink':
      return replace(place, () => symlinkSync(`nowhere ${content}`, place));
    case 'hard-link':
      return file === undefined || join(root, file) === place ? undefined : hardLink(join(root, file), place);
    case 'mode':
      return file === undefined ? undefined : chmodSync(join(root, file), 0o600 + (second % 0o200));
    case 'old-time':
      return one === undefined ? undefined : lutimesSync(join(root, one), second, second - 1000.5);
    case 'sparse':
      return file === undefined ? undefined : truncateSync(join(root, file), 70_000 + second);
  }
}

function chosen<T>(items: readonly T[], number: number): T | undefined {
  return items[number % Math.max(1, items.length)];
}

/** Goes through no symlink: what lies behind one is not the tree's. */
function pathsIn(root: string, directory = '.'): string[] {
  return readdirSync(join(root, directory))
    .sort()
    .map((name) => join(directory, name))
    .flatMap((path) => (isDirectory(join(root, path)) ? [path, ...pathsIn(root, path)] : [path]));
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function replace(path: string, make: () => void): void {
  rmSync(path, { recursive: true, force: true });
  make();
}

function hardLink(from: string, to: string): void {
  // Making room may remove the directory that the file is in.
  if (from.startsWith(`${to}/`)) return;
  replace(to, () => linkSync(from, to));
}

function rename(root: string, from: string, to: string): void {
  const isInside = to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`);
  if (isInside || !isDirectory(join(root, dirname(to)))) return;
  replace(join(root, to), () => renameSync(join(root, from), join(root, to)));
}

function swap(root: string, one: string, other: string): void {
  if (one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)) return;
  const aside = join(root, 'aside');
  if (one === 'aside' || other === 'aside') return;
  renameSync(join(root, one), aside);
  renameSync(join(root, other), join(root, one));
  renameSync(aside, join(root, other));
}
