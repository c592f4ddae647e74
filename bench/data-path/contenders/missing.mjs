/** Thrown by a contender that is not here, or not in this version, and is left out. */
export class Missing extends Error {}
