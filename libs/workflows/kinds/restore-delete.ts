import { chmodSync, readdirSync } from 'node:fs';
import { LiveTree, below, RangeList } from '#backup-set';
import type { Entry } from '#domain';
import { removeTree } from '#host';
import { textOf } from '#kernel';
import type { Parts } from '../parts.js';
import { placeOf } from '../restoring/place-of.js';
import { isPlanned } from '../restoring/planned.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { lookAt } from '../restoring/target-guard.js';
import { CHAIN, DELETED, EXTRACTED, RESTORE_ORDER, RESTORED } from './slots.js';

/**
 * Removes what is in the target's directories and was in none of those of the restore point. Only after everything was
 * extracted; the directories that lose something are extracted once more, since that changes their times.
 */
export function restoreDelete(parts: Parts): StepKind {
  return defineStep({
    name: 'restore.delete',
    summary: 'Removes from the target what the restore point does not have',
    reads: [RESTORE_ORDER, CHAIN, RESTORED, EXTRACTED],
    writes: [DELETED],
    run: async (context) => {
      const { target, delete: asked } = context.get(RESTORE_ORDER);
      const chain = context.get(CHAIN);
      const planned = isPlanned(context.get(RESTORED));
      const touched = new RangeList();
      let deleted = 0;
      for await (const live of new LiveTree(asked ? chain : []).walk(undefined, context.signal)) {
        const gone = await removeStrangers(target, live.entry, context);
        deleted += gone;
        if (gone > 0 && planned(live)) touched.add(live.entry.at, live.entry.at + live.entry.span);
      }
      const newest = chain.at(-1);
      if (newest && !touched.empty) {
        await parts.engine.extract(newest.bytes(touched, context.signal), { root: target }, context.signal);
      }
      context.set(DELETED, deleted);
    },
  });
}

async function removeStrangers(
  target: string,
  { path, listing }: Entry,
  context: StepContext,
): Promise<number> {
  const there = listing && lookAt(target, path);
  if (!listing || !there?.isDirectory()) return 0;
  const listed = new Set(listing.map((name) => name.slice(1)));
  const strangers = namesIn(target, path).filter((name) => !listed.has(name));
  if (strangers.length === 0) return 0;
  const mode = Number(there.mode) & 0o7777;
  const mayWrite = process.getuid?.() === 0 || (mode & 0o300) === 0o300;
  if (!mayWrite) chmodSync(placeOf(target, path), mode | 0o700);
  for (const name of strangers) {
    await removeTree(`${target}/${below(path, name)}`);
    context.emit({ name: 'deleted', facts: { path: below(path, name) } });
  }
  if (!mayWrite) chmodSync(placeOf(target, path), mode);
  return strangers.length;
}

function namesIn(target: string, path: string): string[] {
  return readdirSync(placeOf(target, path), { encoding: 'buffer' }).map((name) => textOf(name));
}
