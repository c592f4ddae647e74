import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sizeOf } from '../walk.mjs';
import { noiseFiles } from './noise-files.mjs';

const MB = 1e6;
const MIB = 1 << 20;
/** Where the tree comes from, and how far the whole may have grown with it. */
const ROOTS = [
  ['/usr/include', 0.1],
  ['/usr/share', 0.5],
  ['/usr/lib', 1],
];

/** Programs, libraries, headers and manuals of this machine, and noise as media files are. */
export const mixed = {
  name: 'mixed',
  version: 1,
  changes: 'files',
  size: (quick) =>
    quick ? { tree: 80 * MB, noise: 40, each: MIB } : { tree: 1700 * MB, noise: 40, each: 10 * MIB },
  build(source, { tree, noise, each }, seed) {
    let copied = 0;
    for (const [root, share] of ROOTS) {
      copied += copyWithin(root, path.join(source, path.basename(root)), tree * share - copied, tree / 4);
    }
    noiseFiles(path.join(source, 'noise'), { count: noise, least: each, most: each }, `${seed} mixed`);
  },
};

/**
 * Copies the entries of a directory in the order of their names, leaving out what is too big or does not fit any more.
 * Returns the bytes.
 */
function copyWithin(from, to, budget, largest) {
  fs.mkdirSync(to, { recursive: true });
  let left = budget;
  for (const name of fs.readdirSync(from).sort()) {
    const entry = path.join(from, name);
    const stat = fs.lstatSync(entry);
    const bytes = stat.isDirectory() ? sizeOf(entry).bytes : stat.size;
    if (bytes > Math.min(left, largest)) continue;
    left -= bytes;
    const copied = spawnSync('cp', ['-a', '--', entry, to], { stdio: ['ignore', 'ignore', 'pipe'] });
    // What this user cannot read is left out, as it would be from a backup.
    if (copied.status !== 0) console.error(`  ${entry}: not all could be copied`);
  }
  return budget - left;
}
