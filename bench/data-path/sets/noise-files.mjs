import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../random.mjs';

const MIB = 1 << 20;

/** Writes files `00000.noise` and so on, of `least` to `most` bytes, into a new directory. */
export function noiseFiles(directory, { count, least, most }, name) {
  fs.mkdirSync(directory, { recursive: true });
  for (let i = 0; i < count; i += 1) {
    const random = new Random(`${name} ${i}`);
    const file = fs.openSync(path.join(directory, `${String(i).padStart(5, '0')}.noise`), 'w');
    for (let left = random.between(least, most); left > 0; left -= MIB) {
      fs.writeSync(file, random.bytes(Math.min(left, MIB)));
    }
    fs.closeSync(file);
  }
}
