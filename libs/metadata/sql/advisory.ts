/** The first half of Firn's advisory locks, so that they are not those of other programs: `Firn` in ASCII. */
export const ADVISORY = 0x4669726e;

/** The second half of the lock that migrations take. */
export const MIGRATING = 0;
