import { Failure, printable, textOf } from '#kernel';

/**
 * The path of a member as an Entry has it: relative, without `./`, without a slash at the end, `.` for the root.
 * Rejects with `restore.unsafe-path` what would be written outside of a target.
 */
export function memberPath(bytes: Buffer): string {
  return safePath(textOf(bytes));
}

/** The same for a path that is text already. */
export function safePath(path: string): string {
  if (path.startsWith('/')) throw unsafe(path, 'is absolute');
  if (path.includes('\0')) throw unsafe(path, 'contains a NUL');
  if (path.includes('..') && path.split('/').includes('..')) throw unsafe(path, 'leads upwards');
  return relativePath(path);
}

/** `./a/b/` → `a/b`, `./` → `.`. */
export function relativePath(path: string): string {
  const start = path.startsWith('./') ? 2 : 0;
  const end = path.endsWith('/') && path.length > start ? path.length - 1 : path.length;
  const plain = path.slice(start, end);
  if (!ODD_COMPONENT.test(plain)) return plain;
  const components = plain.split('/').filter((component) => component !== '' && component !== '.');
  return components.join('/') || '.';
}

/** Path of `name` in `directory`, both as an Entry has them. */
export function below(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}

/** Directory of a path below the root; the root has none. */
export function parentOf(path: string): string | undefined {
  if (path === '.') return undefined;
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/** Path of something below a root, both absolute and without symlinks; `undefined` when it is not below. */
export function memberPathIn(root: string, path: string): string | undefined {
  const prefix = root === '/' ? root : `${root}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

const ODD_COMPONENT = /^$|^\.?\/|\/\/|\/\.\/|\/\.?$/;

function unsafe(path: string, why: string): Failure {
  return new Failure('restore.unsafe-path', `the path "${printable(path)}" in the archive ${why}`, { path });
}
