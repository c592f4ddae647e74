import * as directoryEdits from './directory-edits.js';
import * as fileEdits from './file-edits.js';
import type { Edit } from './file-edits.js';
import { TreeUnderEdit } from './tree-under-edit.js';

const EDITS: readonly (readonly [name: string, edit: Edit])[] = [
  ...Object.entries<Edit>(fileEdits),
  ...Object.entries<Edit>(directoryEdits),
];

/**
 * Changes a tree as weeks of work would: every kind of edit is made at least once in each generation, in an order
 * that the seed decides, and edits meet what earlier ones left. The same tree, generation and seed give the same
 * edits. Returns what was done to what, in order, for the message of a failing test.
 */
export async function changeTree(root: string, generation: number, seed: number): Promise<readonly string[]> {
  const tree = new TreeUnderEdit(root, generation, seed);
  const diary: string[] = [];
  for (const [name, edit] of shuffled([...EDITS, ...EDITS.slice(0, EDITS.length / 2)], tree)) {
    const done = await edit(tree);
    if (done !== undefined) diary.push(`${name} ${done}`);
  }
  return diary;
}

function shuffled<T>(items: T[], { random }: TreeUnderEdit): readonly T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}
