import { mkdirSync } from 'node:fs';
import { contents, depths, home, links, names, sparseFiles } from './odd-contents.js';
import { acls, attributes, modes, owners, specials, times } from './odd-metadata.js';
import type { OddFeature, OddPart } from './odd-part.js';
import { seeded } from './seeded.js';

export interface OddTreeOptions {
  /** Makes what only root can: owners, devices, attributes of the system, a file nobody may read. */
  readonly asRoot: boolean;
  /** Adds a sparse file of more than 8 GiB, which takes some seconds to read. */
  readonly big?: boolean;
  readonly seed?: number;
}

/** Modes and times come last: what follows would be refused by the ones and undo the others. */
const PARTS: readonly OddPart[] = [
  contents,
  home,
  names,
  depths,
  links,
  sparseFiles,
  specials,
  owners,
  attributes,
  acls,
  modes,
  times,
];

/** Makes a directory with everything in it that is hard to back up; about 500 entries, 5 MB on disk. */
export async function makeOddTree(root: string, options: OddTreeOptions): Promise<ReadonlySet<OddFeature>> {
  const { asRoot, big = false, seed = 1 } = options;
  mkdirSync(root, { recursive: true });
  const place = { root, random: seeded(seed), asRoot, big, made: new Set<OddFeature>() };
  for (const part of PARTS) await part(place);
  return place.made;
}
