import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ODD_NAMES } from './odd-names.js';
import type { OddPart } from './odd-part.js';
import { directory, file, place } from './places.js';

/** Sizes around those of records, blocks and buffers. */
const SIZES = [0, 1, 511, 512, 513, 4096, 10_239, 10_240, 10_241, 65_535, 65_536, 65_537, 1_048_577];

export const contents: OddPart = ({ root, random }) => {
  for (const size of SIZES) file(root, `sizes/${size}`, random.bytes(size));
  file(root, 'sizes/text', 'all work and no play makes a compressible file\n'.repeat(5000));
  directory(root, 'empty/and/in/it/nothing');
};

/** Ordinary directories, so that there is something to rename, swap and move. */
export const home: OddPart = ({ root, random }) => {
  for (const person of ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn']) {
    for (let n = 0; n < 6; n += 1) {
      file(
        root,
        `home/${person}/${n % 2 ? 'letters/' : ''}${person}-${n}.txt`,
        random.bytes(200 + random.below(9000)),
      );
    }
    file(root, `home/${person}/pictures/2026/one.jpg`, random.bytes(20_000));
  }
};

export const names: OddPart = ({ root }) => {
  const [files, directories] = [directory(root, 'names/files'), directory(root, 'names/directories')];
  ODD_NAMES.forEach((name, n) => {
    writeFileSync(place(files, name), `content of file ${n}`);
    if (n % 2) return;
    mkdirSync(place(directories, name));
    if (n % 4) writeFileSync(place(place(directories, name), name), `content below ${n}`);
  });
};

/** Paths longer than the 100, 255 and 1,024 bytes that formats and programs once had room for. */
export const depths: OddPart = ({ root }) => {
  file(root, `deep/${`${'d'.repeat(30)}/`.repeat(4)}over-100`);
  file(root, `deep/${`${'e'.repeat(60)}/`.repeat(5)}over-255`);
  file(root, `deep/${`${'f'.repeat(120)}/`.repeat(10)}over-1024`);
  file(root, `deep/${'s/'.repeat(60)}sixty-levels`);
};

export const links: OddPart = ({ root }) => {
  const first = file(root, 'links/hard/first', 'one file with three names');
  directory(root, 'links/elsewhere/below');
  linkSync(first, join(root, 'links/hard/second'));
  linkSync(first, join(root, 'links/elsewhere/below/third'));
  // Comes before its other name in every order.
  linkSync(file(root, 'links/zz', 'late'), join(root, 'links/aa'));
  const soft = directory(root, 'links/soft');
  symlinkSync('nowhere/at all', join(soft, 'dangling'));
  symlinkSync('/', join(soft, 'absolute'));
  symlinkSync('../hard', join(soft, 'to-directory'));
  symlinkSync('to-directory/first', join(soft, 'through-symlink'));
  symlinkSync('loop', join(soft, 'loop'));
  symlinkSync('new\nline', join(soft, 'with\nnewline'));
  symlinkSync('t'.repeat(3000), join(soft, 'long-target'));
  ODD_NAMES.forEach((name, n) =>
    symlinkSync(place('../../names/files', name), join(soft, `to-odd-name-${n}`)),
  );
  linkSync(join(soft, 'dangling'), join(root, 'links/hard/second-name-of-symlink'));
};

const MIB = 1 << 20;

export const sparseFiles: OddPart = ({ root, random, big }) => {
  const make = (name: string, size: number, ...data: readonly (readonly [at: number, length: number])[]) => {
    const opened = openSync(file(root, `sparse/${name}`, ''), 'r+');
    for (const [at, length] of data) writeSync(opened, random.bytes(length), 0, length, at);
    ftruncateSync(opened, size);
    closeSync(opened);
  };
  make('hole-at-start', 4 * MIB, [4 * MIB - 5000, 5000]);
  make('hole-in-the-middle', 4 * MIB, [0, 5000], [3 * MIB, MIB]);
  make('hole-at-end', 4 * MIB + 77, [0, 5000]);
  make('hole-only', 3 * MIB + 1);
  make('many-holes', 6 * MIB, ...Array.from({ length: 90 }, (_, n) => [n * 65_536, 100] as const));
  if (big)
    make(
      'over-8-gib',
      8 * 1024 * MIB + 12_345,
      [0, 100],
      [5 * 1024 * MIB + 1, 70_000],
      [8 * 1024 * MIB, 12_345],
    );
};
