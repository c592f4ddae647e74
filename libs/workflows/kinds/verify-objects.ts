import { verifyObjects } from '#backup-set';
import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { REPORT, TO_VERIFY } from './slots.js';

/** Every stored object is there and has the bytes that its manifest names. Needs no key. */
export function verifyStoredObjects(parts: Parts): StepKind {
  return defineStep({
    name: 'verify.objects',
    summary: 'Reads every stored object and compares its size and digest with the manifest',
    reads: [TO_VERIFY, REPORT],
    run: async (context) => {
      const chosen = context.get(TO_VERIFY);
      const totalBytes = chosen.reduce((sum, { read }) => sum + read.manifest.totals.storedBytes, 0);
      let bytes = 0;
      for await (const result of verifyObjects(parts.storage, chosen, parts.lanes, context.signal)) {
        const verified = context.get(REPORT).of(result.of.backup);
        verified.objects += 1;
        verified.bytes += result.bytes;
        bytes += result.bytes;
        if (result.finding) verified.findings.push(result.finding);
        context.emit({ name: 'progress', facts: { bytes, totalBytes } });
      }
    },
  });
}
