import { lstatSync, statSync, type Stats } from 'node:fs';

/** What stands at a place, if it can be seen. Times are exact to a microsecond, and inode numbers up to 2^53. */
export function statusAt(place: Buffer, follow: boolean): Stats | undefined {
  try {
    return (follow ? statSync : lstatSync)(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
