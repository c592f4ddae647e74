import fs from 'node:fs';
import { Buffer } from 'node:buffer';
import path from 'node:path';
import { Random } from '../random.mjs';
import { filesBelow } from '../walk.mjs';

const MIB = 1 << 20;
const PAGE = 64 * 1024;
const BLOCK = 4096;
const INSERTED = 1000;
/** How many bytes of real binaries there are before they repeat, as a share of the image. */
const DISTINCT = 0.2;

/**
 * The disk of a machine: 35 % zeros, 45 % programs, half of them twice, and 20 % noise; and the same a day later. The
 * second has 1 % of its pages half overwritten, and bytes inserted in the middle, which shift what follows up to a point.
 */
export const image = {
  name: 'image',
  version: 1,
  changes: 'image',
  size: (quick) => ({ bytes: (quick ? 256 : 4096) * MIB }),
  /** Bytes of the pages that differ in the second version but for the shift. */
  touched: ({ bytes }) => touchedPages(bytes) * PAGE,
  build(source, { bytes }, seed) {
    const first = path.join(source, 'image.raw');
    fs.mkdirSync(source, { recursive: true });
    writeFirst(first, bytes, new Random(`${seed} image`));
    writeSecond(first, path.join(source, '..', 'next.raw'), bytes, new Random(`${seed} image, next`));
  },
};

function touchedPages(bytes) {
  return Math.round(bytes / PAGE / 100);
}

function writeFirst(to, bytes, random) {
  const programs = binaries(bytes * DISTINCT);
  const zeros = Buffer.alloc(4 * MIB);
  const file = fs.openSync(to, 'w');
  let cursor = 0;
  for (let at = 0; at < bytes;) {
    const length = Math.min(bytes - at, random.between(16, 1024) * BLOCK);
    const dice = random.below(100);
    if (dice < 35) fs.writeSync(file, zeros, 0, length);
    else if (dice < 80) {
      // One run in five has been there before, at another place.
      const repeats = cursor > 0 && random.below(5) === 0;
      const from = repeats ? random.below(cursor) : cursor;
      if (!repeats) cursor = (cursor + length) % (programs.length - length);
      fs.writeSync(file, programs, Math.min(from, programs.length - length), length);
    } else
      for (let left = length; left > 0; left -= MIB) fs.writeSync(file, random.bytes(Math.min(left, MIB)));
    at += length;
  }
  fs.closeSync(file);
}

function writeSecond(from, to, bytes, random) {
  fs.copyFileSync(from, to);
  const file = fs.openSync(to, 'r+');
  for (const page of random.some(touchedPages(bytes), bytes / PAGE)) {
    fs.writeSync(file, random.bytes(PAGE / 2), 0, PAGE / 2, page * PAGE + random.below(PAGE / 2));
  }
  // At 1250 MiB of 4096, up to 1500 MiB.
  const [start, end] = [1250, 1500].map((place) => Math.floor((bytes * place) / 4096 / PAGE) * PAGE);
  const shifted = Buffer.alloc(end - start);
  random.bytes(INSERTED).copy(shifted);
  fs.readSync(file, shifted, INSERTED, shifted.length - INSERTED, start);
  fs.writeSync(file, shifted, 0, shifted.length, start);
  fs.closeSync(file);
}

/** Programs and libraries of this machine one after the other, at most so many bytes. */
function binaries(limit) {
  const all = filesBelow('/usr/lib').filter(
    ({ path: name, size }) => /\.(so|a|o)(\.|$)/.test(name) && size > PAGE,
  );
  const bytes = Buffer.alloc(Math.floor(limit));
  let length = 0;
  for (const { path: name, size } of all) {
    if (length + size > limit) continue;
    const content = fs.readFileSync(path.join('/usr/lib', name));
    length += content.copy(bytes, length);
  }
  return bytes.subarray(0, length);
}
