import { LiveTree } from '#backup-set';
import type { Entry } from '#domain';
import type { Stats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { LoggedEntry } from '../restoring/entry-log.js';
import { isPlanned, wantedIn } from '../restoring/planned.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { glanceAt } from '../restoring/target-guard.js';
import { CHAIN, CHECKED, EXTRACTED, PLANNED, RESTORE_ORDER, RESTORED } from './slots.js';

/** A few milliseconds of looking. */
const ITEMS_A_TURN = 1000;

/**
 * Looks at every restored entry once more: there, of the right type and size. Counts the owners that an ordinary user
 * could not set; it would be of no use to say so for each.
 */
export function restoreCheck(): StepKind {
  return defineStep({
    name: 'restore.check',
    summary: 'Compares what was restored with the catalogue',
    reads: [RESTORE_ORDER, CHAIN, PLANNED, RESTORED, EXTRACTED],
    writes: [CHECKED],
    run: async (context) => {
      const { target } = context.get(RESTORE_ORDER);
      const known = new Set(context.get(EXTRACTED).problems.map((problem) => problem.path));
      const planned = isPlanned(context.get(RESTORED));
      const different: string[] = [];
      // Root maps owners by name, so that on another machine the numbers may well be others.
      const ordinary = process.getuid?.() !== 0;
      const foreign: { count: number; first?: string } = { count: 0 };
      for await (const live of entriesOf(context)) {
        const { entry } = live;
        if (known.has(entry.path) || !planned(live)) continue;
        const there = glanceAt(target, entry.path);
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

/** What the plan went through; of more than it could keep, what the catalogues say. */
function entriesOf(context: StepContext): AsyncIterable<LoggedEntry> {
  const chain = context.get(CHAIN);
  const log = context.get(PLANNED);
  if (log.isWhole) return paced(log.all(), context.signal);
  return new LiveTree(chain).walk(wantedIn(chain, context.get(RESTORE_ORDER).include), context.signal);
}

/** Now and then a signal must have a chance to come through. */
async function* paced<T>(items: Iterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  let count = 0;
  for (const item of items) {
    count += 1;
    if (count % ITEMS_A_TURN === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    yield item;
  }
}

const CHECKS: Readonly<Record<Entry['type'], (there: Stats) => boolean>> = {
  file: (there) => there.isFile(),
  directory: (there) => there.isDirectory(),
  symlink: (there) => there.isSymbolicLink(),
  // What it links to may be anything but a directory.
  hardlink: (there) => !there.isDirectory(),
  fifo: (there) => there.isFIFO(),
  'character-device': (there) => there.isCharacterDevice(),
  'block-device': (there) => there.isBlockDevice(),
};

function isOfType(there: Stats, entry: LoggedEntry['entry']): boolean {
  return CHECKS[entry.type](there);
}

function ownerDiffers(there: Stats, entry: LoggedEntry['entry']): boolean {
  return there.uid !== entry.uid || there.gid !== entry.gid;
}

function sizeDiffers(there: Stats, entry: LoggedEntry['entry']): boolean {
  return entry.type === 'file' && there.size !== entry.size;
}
