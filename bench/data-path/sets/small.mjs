import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../random.mjs';
import { text } from '../words.mjs';

const FILES_EACH = 20;

/** Text files of 1 to 8 KiB, twenty in each of the innermost directories. */
export const small = {
  name: 'small',
  version: 1,
  changes: 'files',
  /** How many directories each directory has, by depth. */
  size: (quick) => ({ fan: quick ? [5, 5, 5, 4] : [10, 10, 10, 10] }),
  build(source, { fan }, seed) {
    let number = 0;
    for (const directory of leaves(source, fan)) {
      fs.mkdirSync(directory, { recursive: true });
      for (let i = 0; i < FILES_EACH; i += 1, number += 1) {
        const random = new Random(`${seed} small ${number}`);
        fs.writeFileSync(
          path.join(directory, `file-${number}.txt`),
          text(random, random.between(1024, 8192)),
        );
      }
    }
  },
};

function leaves(directory, [children, ...deeper]) {
  if (children === undefined) return [directory];
  return Array.from({ length: children }, (_, i) => path.join(directory, `d${i}`)).flatMap((child) =>
    leaves(child, deeper),
  );
}
