import fs from 'node:fs';
import path from 'node:path';

/** Calls `visit(relative path, lstat)` for everything below a directory, in the order of names, parents first. */
export function walk(root, visit, below = '') {
  const names = fs.readdirSync(path.join(root, below)).sort();
  for (const name of names) {
    const own = path.join(below, name);
    const stat = fs.lstatSync(path.join(root, own));
    visit(own, stat);
    if (stat.isDirectory()) walk(root, visit, own);
  }
}

/** Entries, and bytes as the sum of file sizes: what directories and half-filled blocks take is not counted. */
export function sizeOf(root) {
  const size = { entries: 0, bytes: 0 };
  if (!fs.existsSync(root)) return size;
  walk(root, (_, stat) => {
    size.entries += 1;
    if (stat.isFile()) size.bytes += stat.size;
  });
  return size;
}

/** Regular files below a directory. */
export function filesBelow(root) {
  const files = [];
  walk(root, (own, stat) => {
    if (stat.isFile()) files.push({ path: own, size: stat.size, mode: stat.mode, links: stat.nlink });
  });
  return files;
}
