import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { joined } from './byte-path.js';

/** What lies at one path in two trees; a side that is not there is missing, one that cannot be looked at an error. */
export interface TreePair {
  /** Relative to both roots; empty for the roots themselves. */
  readonly path: Buffer;
  readonly left: TreeSide;
  readonly right: TreeSide;
}

export interface TreeSide {
  readonly path: Buffer;
  readonly status?: BigIntStats;
  /** Why there is no status, or no listing; `ENOENT` is no error. */
  readonly error?: Error;
}

/** Directories that are open, from the root down; each holds the names it has still to give. */
interface OpenDirectory {
  readonly path: Buffer;
  readonly names: Iterator<Buffer, void>;
}

/**
 * Walks two trees side by side, each directory by names in order of bytes, and into each directory at once. Goes into
 * what is a directory on both sides. Follows no symlink. Memory held: the listings of the open directories.
 */
export function* treePairs(left: Buffer, right: Buffer): Generator<TreePair> {
  const open: OpenDirectory[] = [{ path: Buffer.alloc(0), names: [Buffer.alloc(0)].values() }];
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const next = inner.names.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const path = joined(inner.path, next.value);
    const a = sideAt(left, path);
    const b = left === right ? a : sideAt(right, path);
    if (!a.status?.isDirectory() || !b.status?.isDirectory()) {
      yield { path, left: a, right: b };
      continue;
    }
    const x = listing(a);
    const y = left === right ? x : listing(b);
    yield { path, left: { ...a, ...x.broken }, right: { ...b, ...y.broken } };
    open.push({ path, names: merged(x.names, y.names) });
  }
}

/** Every path of one tree in the same order, relative to its root; the root itself is empty. */
export function* treePaths(root: Buffer): Generator<Buffer> {
  for (const { path, left } of treePairs(root, root)) if (left.status) yield path;
}

function sideAt(root: Buffer, relative: Buffer): TreeSide {
  const path = joined(root, relative);
  try {
    return { path, status: lstatSync(path, { bigint: true }) };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { path } : { path, error: error as Error };
  }
}

function listing({ path }: TreeSide): { names: readonly Buffer[]; broken?: { error: Error } } {
  try {
    return { names: readdirSync(path, { encoding: 'buffer' }).sort((a, b) => a.compare(b)) };
  } catch (error) {
    return { names: [], broken: { error: error as Error } };
  }
}

/** Two ordered lists as one, each name once. */
function* merged(left: readonly Buffer[], right: readonly Buffer[]): Generator<Buffer> {
  let l = 0;
  let r = 0;
  for (;;) {
    const a = left[l];
    const b = right[r];
    if (!a && !b) return;
    const order = !a ? 1 : !b ? -1 : Buffer.compare(a, b);
    if (order <= 0) l += 1;
    if (order >= 0) r += 1;
    const name = order <= 0 ? a : b;
    if (name) yield name;
  }
}
