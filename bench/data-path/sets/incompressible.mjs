import path from 'node:path';
import { noiseFiles } from './noise-files.mjs';

/** As photographs and archives are: work for the reader and the writer, none for the compressor. */
export const incompressible = {
  name: 'incompressible',
  version: 1,
  changes: 'nothing',
  size: (quick) => ({ count: quick ? 60 : 2000, least: 100_000, most: 2_000_000 }),
  build: (source, size, seed) => noiseFiles(path.join(source, 'noise'), size, `${seed} incompressible`),
};
