import { relative } from 'node:path';
import { systemClock } from '#kernel';
import { filesBelow } from './files-below.js';

/** What a container keeps besides backups. */
const BESIDE = ['keys/', 'holds/', 'verifications/'];

/** Everything in a local container that is not part of a committed backup: what is being written, or was left. */
export function restsIn(container: string): string[] {
  const all = filesBelow(container).map((path) => relative(container, path));
  const committed = all
    .filter((path) => path.endsWith('/manifest'))
    .map((path) => path.slice(0, -'manifest'.length));
  return all.filter(
    (path) =>
      path !== 'firn.json' &&
      !BESIDE.some((folder) => path.startsWith(folder)) &&
      !committed.some((folder) => path.startsWith(folder)),
  );
}

/** Resolves when so many objects of an unfinished backup are stored (one that is on its way counts, too), or when `isOver` says there will be no more. */
export async function untilStored(container: string, count: number, isOver: () => boolean): Promise<void> {
  while (!isOver() && restsIn(container).length < count) await systemClock.sleep(2);
}
