import {
  appendFileSync,
  chmodSync,
  closeSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { findProgram } from '#host';
import { isRoot } from './as-nobody.js';
import { runQuietly } from './run-quietly.js';
import type { TreeUnderEdit } from './tree-under-edit.js';

/** One edit: does it and says what it did it to; nothing when there is nothing to do it to. */
export type Edit = (tree: TreeUnderEdit) => string | undefined | Promise<string | undefined>;

const YEAR_S = 365 * 86_400;
/** What is sparse stays so, and is not read whole. */
const isOrdinary = (path: string) => !path.includes('sparse/');

export const add: Edit = (tree) => {
  const path = tree.newName(tree.directory());
  writeFileSync(tree.at(path), tree.random.bytes(tree.random.below(20_000)), { flag: 'wx' });
  return path;
};

export const modify: Edit = (tree) => onFile(tree, tree.file(), (at) => overwrite(tree, at));

export const append: Edit = (tree) =>
  onFile(tree, tree.file(), (at) => appendFileSync(at, tree.random.bytes(1 + tree.random.below(30_000))));

export const truncate: Edit = (tree) =>
  onFile(tree, tree.file(), (at) => truncateSync(at, Math.floor(lstatSync(at).size / 2)));

export const remove: Edit = (tree) => onFile(tree, tree.file(), unlinkSync);

export const rename: Edit = (tree) => {
  const [path, to] = [tree.file(), tree.newName(tree.directory())];
  return onFile(tree, path, (at) => renameSync(at, tree.at(to)), ` to ${to}`);
};

export const changeMode: Edit = (tree) =>
  onFile(tree, tree.file(), (at) => chmodSync(at, (lstatSync(at).mode & 0o7777) === 0o640 ? 0o4755 : 0o640));

export const changeDirectoryMode: Edit = (tree) =>
  onFile(tree, tree.directory(), (at) =>
    chmodSync(at, (lstatSync(at).mode & 0o7777) === 0o750 ? 0o2775 : 0o750),
  );

export const changeOwner: Edit = (tree) =>
  onFile(tree, isRoot() ? tree.file() : undefined, (at) => lchownSync(at, 2000 + tree.generation, 3000));

export const changeAttributes: Edit = async (tree) => {
  // Arguments are text, so an ordinary name is taken.
  const path = findProgram('setfattr') && tree.file((name) => /^[\x20-\x7e]+$/.test(name));
  if (!path) return undefined;
  const value = `0x00${tree.random.bytes(8).toString('hex')}`;
  await runQuietly('setfattr', ['-n', 'user.generation', '-v', value, '--', tree.at(path).toString()]);
  return path;
};

export const addHardLink: Edit = (tree) => {
  const [path, to] = [tree.file(), tree.newName(tree.directory())];
  return onFile(tree, path, (at) => linkSync(at, tree.at(to)), ` as ${to}`);
};

export const removeHardLink: Edit = (tree) =>
  onFile(
    tree,
    tree.file((path) => tree.linkCount(path) > 1),
    unlinkSync,
  );

export const backdate: Edit = (tree) =>
  onFile(tree, tree.file(), (at) => {
    const { atimeMs, mtimeMs } = lstatSync(at);
    overwrite(tree, at);
    utimesSync(at, atimeMs / 1000, mtimeMs / 1000 - YEAR_S);
  });

/** Only the change time tells that this one was touched, and what it holds. */
export const changeInSecret: Edit = (tree) =>
  onFile(
    tree,
    tree.file((path) => lstatSync(tree.at(path)).size > 0),
    (at) => {
      const { atimeMs, mtimeMs } = lstatSync(at);
      overwrite(tree, at);
      utimesSync(at, atimeMs / 1000, mtimeMs / 1000);
    },
  );

export const replaceByDirectory: Edit = (tree) =>
  onFile(tree, tree.file(isOrdinary), (at) => {
    unlinkSync(at);
    mkdirSync(at);
    writeFileSync(Buffer.concat([at, Buffer.from('/inside')]), `generation ${tree.generation}`);
  });

export const replaceFileBySymlink: Edit = (tree) =>
  onFile(tree, tree.file(isOrdinary), (at) => {
    unlinkSync(at);
    symlinkSync(`../generation-${tree.generation}`, at);
  });

export const replaceSymlinkByFile: Edit = (tree) =>
  onFile(tree, tree.symlink(), (at) => {
    unlinkSync(at);
    writeFileSync(at, `was a symlink until generation ${tree.generation}`);
  });

export const retarget: Edit = (tree) =>
  onFile(tree, tree.symlink(), (at) => {
    unlinkSync(at);
    symlinkSync(`elsewhere-${tree.generation}`, at);
  });

function onFile(
  tree: TreeUnderEdit,
  path: string | undefined,
  act: (at: Buffer) => void,
  more = '',
): string | undefined {
  if (path === undefined) return undefined;
  act(tree.at(path));
  return path + more;
}

/** Other bytes at the same length, in the same file. */
function overwrite(tree: TreeUnderEdit, at: Buffer): void {
  const { size } = lstatSync(at);
  const start = tree.random.below(Math.max(1, Math.min(size, 1 << 20)));
  const length = Math.min(5000, size - start);
  const opened = openSync(at, 'r+');
  try {
    const piece = Buffer.alloc(Math.max(0, length));
    readSync(opened, piece, 0, piece.length, start);
    writeSync(
      opened,
      piece.map((byte) => byte ^ (1 + tree.random.below(255))),
      0,
      piece.length,
      start,
    );
  } finally {
    closeSync(opened);
  }
}
