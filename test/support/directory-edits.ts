import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { removeTree } from '#host';
import { bytesOf, textOf } from '#kernel';
import type { Edit } from './file-edits.js';
import { isBelow, type TreeUnderEdit } from './tree-under-edit.js';

export const addDirectory: Edit = (tree) => {
  const path = tree.newName(tree.directory());
  mkdirSync(tree.at(path));
  writeFileSync(inside(tree, path, 'new'), `generation ${tree.generation}`);
  return path;
};

export const renameDirectory: Edit = (tree) => {
  const path = tree.directory();
  if (path === undefined) return undefined;
  const to = tree.newName(undefined);
  renameSync(tree.at(path), tree.at(to));
  return `${path} to ${to}`;
};

/** The old name is another directory now: who goes by names takes the one for the other. */
export const renameAndMakeAnew: Edit = (tree) => {
  const path = tree.directory();
  if (path === undefined) return undefined;
  const to = tree.newName(undefined);
  renameSync(tree.at(path), tree.at(to));
  mkdirSync(tree.at(path));
  writeFileSync(inside(tree, path, 'successor'), `generation ${tree.generation}`);
  return `${path} to ${to}`;
};

export const swapDirectories: Edit = (tree) => {
  const one = tree.directory();
  if (one === undefined) return undefined;
  const other = tree.directory((path) => path !== one && !isBelow(path, one) && !isBelow(one, path));
  if (other === undefined) return undefined;
  const aside = tree.newName(undefined);
  renameSync(tree.at(one), tree.at(aside));
  renameSync(tree.at(other), tree.at(one));
  renameSync(tree.at(aside), tree.at(other));
  return `${one} and ${other}`;
};

export const moveDirectory: Edit = (tree) => {
  const path = tree.directory();
  if (path === undefined) return undefined;
  const into = tree.directory((other) => other !== path && !isBelow(other, path));
  if (into === undefined) return undefined;
  const to = tree.newName(into);
  renameSync(tree.at(path), tree.at(to));
  return `${path} to ${to}`;
};

export const remakeDirectory: Edit = (tree) =>
  onSmall(tree, (path) => {
    mkdirSync(tree.at(path));
    writeFileSync(inside(tree, path, 'remade'), `generation ${tree.generation}`);
  });

export const removeDirectory: Edit = (tree) => onSmall(tree, () => undefined);

export const replaceBySymlink: Edit = (tree) =>
  onSmall(tree, (path) => symlinkSync('../home', tree.at(path)));

export const replaceDirectoryByFile: Edit = (tree) =>
  onSmall(tree, (path) =>
    writeFileSync(tree.at(path), `was a directory until generation ${tree.generation}`),
  );

async function onSmall(tree: TreeUnderEdit, then: (path: string) => void): Promise<string | undefined> {
  const path = tree.smallDirectory();
  if (path === undefined) return undefined;
  await removeTree(textOf(tree.at(path)));
  then(path);
  return path;
}

function inside(tree: TreeUnderEdit, path: string, name: string): Buffer {
  return Buffer.concat([tree.at(path), bytesOf(`/${name}`)]);
}
