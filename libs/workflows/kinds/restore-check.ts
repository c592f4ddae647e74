import { LiveTree } from '#backup-set';
import type { Entry } from '#domain';
import type { BigIntStats } from 'node:fs';
import { isPlanned, wantedIn } from '../restoring/planned.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { lookAt } from '../restoring/target-guard.js';
import { CHAIN, CHECKED, EXTRACTED, RESTORE_ORDER, RESTORED } from './slots.js';

/**
 * Looks at every restored entry once more: there, of the right type and size. Counts the owners that an ordinary user
 * could not set; it would be of no use to say so for each.
 */
export function restoreCheck(): StepKind {
  return defineStep({
    name: 'restore.check',
    summary: 'Compares what was restored with the catalogue',
    reads: [RESTORE_ORDER, CHAIN, RESTORED, EXTRACTED],
    writes: [CHECKED],
    run: async (context) => {
      const { target, include } = context.get(RESTORE_ORDER);
      const chain = context.get(CHAIN);
      const known = new Set(context.get(EXTRACTED).problems.map((problem) => problem.path));
      const wanted = wantedIn(chain, include);
      const planned = isPlanned(context.get(RESTORED));
      const different: string[] = [];
      // Root maps owners by name, so that on another machine the numbers may well be others.
      const ordinary = process.getuid?.() !== 0;
      const foreign: { count: number; first?: string } = { count: 0 };
      for await (const live of new LiveTree(chain).walk(wanted, context.signal)) {
        const { entry } = live;
        if (known.has(entry.path) || !planned(live)) continue;
        const there = lookAt(target, entry.path);
        if (!there || !isOfType(there, entry) || sizeDiffers(there, entry)) different.push(entry.path);
        else if (ordinary && ownerDiffers(there, entry)) {
          foreign.count += 1;
          foreign.first ??= entry.path;
        }
      }
      context.set(CHECKED, { different, foreign });
    },
  });
}

const CHECKS: Readonly<Record<Entry['type'], (there: BigIntStats) => boolean>> = {
  file: (there) => there.isFile(),
  directory: (there) => there.isDirectory(),
  symlink: (there) => there.isSymbolicLink(),
  // What it links to may be anything but a directory.
  hardlink: (there) => !there.isDirectory(),
  fifo: (there) => there.isFIFO(),
  'character-device': (there) => there.isCharacterDevice(),
  'block-device': (there) => there.isBlockDevice(),
};

function isOfType(there: BigIntStats, entry: Entry): boolean {
  return CHECKS[entry.type](there);
}

function ownerDiffers(there: BigIntStats, entry: Entry): boolean {
  return there.uid !== BigInt(entry.uid) || there.gid !== BigInt(entry.gid);
}

function sizeDiffers(there: BigIntStats, entry: Entry): boolean {
  return entry.type === 'file' && there.size !== BigInt(entry.size);
}
