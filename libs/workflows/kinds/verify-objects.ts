import { verifyObjects } from '#backup-set';
import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { REPORT, TO_READ, TO_VERIFY } from './slots.js';

/**
 * Every stored object, or every one of a sample, has the bytes that its manifest names. Needs no key. What is read for its
 * data anyway is left to that step.
 */
export function verifyStoredObjects(parts: Parts): StepKind {
  return defineStep({
    name: 'verify.objects',
    summary: 'Reads stored objects and compares their digests with the manifest',
    reads: [TO_VERIFY, TO_READ, REPORT],
    run: async (context) => {
      const chosen = context.get(TO_VERIFY);
      const { alone, bytes: totalBytes } = context.get(TO_READ);
      const { storage, lanes } = parts;
      let bytes = 0;
      for await (const result of verifyObjects(storage, chosen, lanes, context.signal, alone)) {
        context.get(REPORT).add(result);
        bytes += result.bytes;
        context.emit({ name: 'progress', facts: { bytes, totalBytes } });
      }
    },
  });
}
