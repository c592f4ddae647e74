import {
  bytesIn,
  chooseSample,
  findOrphans,
  folderContents,
  objectsOf,
  segmentsOf,
  type ListedBackup,
} from '#backup-set';
import type { Parts } from '../parts.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { REPORT, TO_READ, TO_VERIFY, VERIFY_ORDER, type ToRead } from './slots.js';

/**
 * Looks in listings whether every object is there at its size, and what is there besides. Then says which objects are to
 * be read, all of them or a sample, and which of them with their data. Needs no key.
 */
export function verifyPresence(parts: Parts): StepKind {
  return defineStep({
    name: 'verify.presence',
    summary: 'Looks for every stored object, and for what no backup needs',
    reads: [VERIFY_ORDER, TO_VERIFY, REPORT],
    writes: [TO_READ],
    run: async (context) => {
      const report = context.get(REPORT);
      const chosen = context.get(TO_VERIFY);
      const unreadable = new Set<string>();
      for (const listed of chosen) {
        const { findings, strays } = await folderContents(parts.storage, listed, context.signal);
        for (const finding of findings) unreadable.add(finding.thing);
        report.of(listed.backup).findings.push(...findings);
        report.leftovers.push(...strays.map((stray) => ({ kind: 'stray', stray }) as const));
      }
      context.set(TO_READ, toRead(chosen, unreadable, context));
      await lookForOrphans(parts, context);
    },
  });
}

/** What was seen to be missing or cut off need not be read to be damaged. */
function toRead(
  chosen: readonly ListedBackup[],
  unreadable: ReadonlySet<string>,
  context: StepContext,
): ToRead {
  const { sample, readData } = context.get(VERIFY_ORDER);
  const all = chosen.flatMap((listed) => objectsOf(listed));
  const drawn = sample && chooseSample(all, sample.wish, sample.seed);
  const has = (key: string) => !unreadable.has(key) && (drawn?.has(key) ?? true);
  const segments = new Set(
    readData ? chosen.flatMap((listed) => segmentsOf(listed)).map(({ key }) => key) : [],
  );
  const withData = (key: string) => has(key) && segments.has(key);
  const alone = (key: string) => has(key) && !segments.has(key);
  return { alone, bytes: bytesIn(all, alone), withData };
}

async function lookForOrphans({ storage, writerState, clock }: Parts, context: StepContext): Promise<void> {
  const { id, hostname, name } = context.get(VERIFY_ORDER);
  if (id !== undefined) return;
  const series = { ...(hostname === undefined ? {} : { hostname }), ...(name === undefined ? {} : { name }) };
  const orphans = await findOrphans(storage, series, writerState, clock.now(), context.signal);
  context.get(REPORT).leftovers.push(...orphans.map((orphan) => ({ kind: 'orphan', orphan }) as const));
}
