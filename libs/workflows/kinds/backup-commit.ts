import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { RECEIPT, STREAM, WRITER } from './slots.js';

/** Catalogue, index, state, and last the manifest: from its put on the backup exists. */
export function backupCommit(parts: Parts): StepKind {
  return defineStep({
    name: 'backup.commit',
    summary: 'Stores catalogue and state, and commits with the manifest',
    reads: [WRITER, STREAM],
    writes: [RECEIPT],
    run: async (context) => {
      const { state, notices } = context.get(STREAM);
      const end = { state, notices, finishedAt: parts.clock.now() };
      context.set(RECEIPT, await context.get(WRITER).commit(end, context.signal));
    },
  });
}
