import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '#domain';

/** Whether two entries say the same, whatever the order of their keys; one that is `undefined` is as good as none. */
export function isSameEntry(a: Entry, b: Entry): boolean {
  return (
    // What differs between neighbours comes first, what is compared at length last.
    a.path === b.path &&
    a.at === b.at &&
    a.span === b.span &&
    a.type === b.type &&
    a.size === b.size &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.user === b.user &&
    a.group === b.group &&
    a.mtimeNs === b.mtimeNs &&
    a.sha256 === b.sha256 &&
    a.sparse === b.sparse &&
    a.link === b.link &&
    isDeepStrictEqual(a.device, b.device) &&
    isSameListing(a.listing, b.listing)
  );
}

function isSameListing(a: Entry['listing'], b: Entry['listing']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
