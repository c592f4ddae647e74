import type { Listed } from '#domain';
import { Failure, textOf } from '#kernel';
import { malformed } from './tar-header.js';

/** What GNU tar notes about a directory in an incremental archive. */
export interface Dumpdir {
  readonly listing: readonly Listed[];
  /** Whether it asks to rename directories, which our own streams never do. */
  readonly renames: boolean;
}

/** Reads `<code><name>\0 … \0`, which begins at `at` of the stream. */
export function readDumpdir(data: Buffer, at: number): Dumpdir {
  const listing: Listed[] = [];
  let renames = false;
  for (let start = 0; start < data.length && data[start] !== 0;) {
    const end = data.indexOf(0, start);
    if (end < 0) throw malformed(at, 'the listing of a directory breaks off');
    const listed = textOf(data.subarray(start, end));
    if (RENAME.test(listed)) renames = true;
    else listing.push(checked(listed, at));
    start = end + 1;
  }
  return { listing, renames };
}

/**
 * The same for the listing from `start` to `end`, when there is nothing special in it: names in UTF-8 and no renames;
 * `undefined` otherwise. All names are decoded at once, which is several times as fast.
 */
export function plainListing(data: Buffer, start: number, end: number): readonly Listed[] | undefined {
  const text = data.toString('utf8', start, end);
  if (text.includes('\ufffd') || text.includes('/')) return undefined;
  const listing: Listed[] = [];
  for (let at = 0; at < text.length && text.charCodeAt(at) !== 0;) {
    const nul = text.indexOf('\0', at);
    const code = text.charCodeAt(at);
    if (nul - at < 2 || (code !== N && code !== Y && code !== D)) return undefined;
    const isOdd = nul - at <= 3 && text.charCodeAt(at + 1) === DOT;
    if (isOdd && (nul - at === 2 || text.charCodeAt(at + 2) === DOT)) return undefined;
    listing.push(text.slice(at, nul) as Listed);
    at = nul + 1;
  }
  return listing;
}

const [Y, N, D, DOT] = [0x59, 0x4e, 0x44, 0x2e];

/** The source has directories that moved while they were read, so that what is new cannot be told from what is not. */
export function renamedWhileRead(root: string): Failure {
  return new Failure('source.unstable', `directories in "${root}" were renamed while they were read`, {
    root,
  });
}

const RENAME = /^[RTX]/;

function checked(listed: string, at: number): Listed {
  const name = listed.slice(1);
  if (!/^[YND]/.test(listed)) throw malformed(at, 'the listing of a directory has an unknown code');
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw malformed(at, 'the listing of a directory has a name that is none');
  }
  return listed as Listed;
}
