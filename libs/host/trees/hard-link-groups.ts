import type { BigIntStats } from 'node:fs';

/** Names of one file, on one side of a comparison. Memory held: one entry for each file whose names are not all seen. */
export class HardLinkGroups {
  readonly #open = new Map<string, { readonly first: string; missing: number }>();

  /** The first path in this tree under which the same file was seen; `path` itself when this is the first. */
  firstName(path: string, status: BigIntStats): string {
    if (status.nlink < 2n || status.isDirectory()) return path;
    const key = `${status.dev}:${status.ino}`;
    const group = this.#open.get(key) ?? { first: path, missing: Number(status.nlink) };
    group.missing -= 1;
    if (group.missing > 0) this.#open.set(key, group);
    else this.#open.delete(key);
    return group.first;
  }
}
