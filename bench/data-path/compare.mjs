import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { walk } from './walk.mjs';

/** Contents are compared of whole files, evenly chosen, up to about this much. */
const READ_BYTES = 512 << 20;
const PIECE = 4 << 20;
/** Kept, because new ones of this size for each small file take longer than the reading. */
const pieces = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];

/**
 * The first difference between two trees, or nothing: names, kinds, modes, sizes and symlinks of all, and the contents
 * of as many files as `READ_BYTES` allows, at least one.
 */
export function difference(expected, actual) {
  if (!fs.existsSync(actual)) return 'nothing was restored';
  const wanted = describe(expected);
  const got = describe(actual);
  if (wanted.size !== got.size) return `${got.size} entries instead of ${wanted.size}`;
  for (const [name, entry] of wanted) {
    if (got.get(name)?.text !== entry.text)
      return `${name}: ${got.get(name)?.text ?? 'missing'} instead of ${entry.text}`;
  }
  const files = [...wanted].filter(([, { bytes }]) => bytes > 0);
  const total = files.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const step = Math.ceil(total / READ_BYTES);
  for (let i = 0; i < files.length; i += step) {
    const [name] = files[i];
    if (!sameContent(path.join(expected, name), path.join(actual, name))) return `${name}: other content`;
  }
  return undefined;
}

/** Whether two files have the same bytes. */
export function sameContent(...names) {
  const files = names.map((name) => fs.openSync(name));
  try {
    for (;;) {
      const [left, right] = files.map((file, i) => pieces[i].subarray(0, fs.readSync(file, pieces[i])));
      if (!left.equals(right)) return false;
      if (left.length === 0) return true;
    }
  } finally {
    for (const file of files) fs.closeSync(file);
  }
}

function describe(root) {
  const entries = new Map();
  walk(root, (name, stat) => {
    const kind = (stat.mode & fs.constants.S_IFMT).toString(8);
    const mode = (stat.mode & 0o7777).toString(8);
    // The mode of a symlink means nothing, and its size is that of what it says.
    const text = stat.isSymbolicLink()
      ? `symlink to ${fs.readlinkSync(path.join(root, name))}`
      : `${kind} ${mode} ${stat.isFile() ? stat.size : ''}`;
    entries.set(name, { text, bytes: stat.isFile() ? stat.size : 0 });
  });
  return entries;
}
