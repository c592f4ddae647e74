import type { Seeded } from './seeded.js';

/** What this machine and file system were able to hold, besides what all can. */
export type OddFeature = 'attributes' | 'acls' | 'owners' | 'devices';

export interface OddPlace {
  readonly root: string;
  readonly random: Seeded;
  readonly asRoot: boolean;
  readonly big: boolean;
  readonly made: Set<OddFeature>;
}

/** Makes some oddities in a place. */
export type OddPart = (place: OddPlace) => void | Promise<void>;
