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
