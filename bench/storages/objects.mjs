import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../data-path/random.mjs';

const PIECE = 2 ** 20;

/** Files of noise with their digests, the same every time; they are in the page cache afterwards. */
export function makeObjects(directory, { objects: count, bytes }) {
  fs.mkdirSync(directory, { mode: 0o755 });
  const files = Array.from({ length: count }, (_, index) => {
    const name = `object-${String(index).padStart(3, '0')}`;
    const file = path.join(directory, name);
    return { name, path: file, size: bytes, sha256: write(file, new Random(name), bytes) };
  });
  return { directory, files, bytes: count * bytes };
}

function write(file, random, bytes) {
  const hash = createHash('sha256');
  const opened = fs.openSync(file, 'wx', 0o644);
  for (let left = bytes; left > 0; left -= PIECE) {
    const piece = random.bytes(Math.min(PIECE, left));
    hash.update(piece);
    fs.writeSync(opened, piece);
  }
  fs.closeSync(opened);
  return hash.digest('hex');
}

/** Why what was brought back is not what was sent, or nothing. */
export function difference({ files }, directory) {
  for (const { name, sha256 } of files) {
    const file = path.join(directory, name);
    if (!fs.existsSync(file)) return `${name} did not come back`;
    if (digestOf(file) !== sha256) return `${name} came back with other bytes`;
  }
  return undefined;
}

function digestOf(file) {
  const hash = createHash('sha256');
  const opened = fs.openSync(file);
  const piece = new Uint8Array(PIECE);
  for (let read; (read = fs.readSync(opened, piece)) > 0;) hash.update(piece.subarray(0, read));
  fs.closeSync(opened);
  return hash.digest('hex');
}
