import { findOrphans, sweepOrphan, type Orphan } from '#backup-set';
import { isFailure } from '#kernel';
import type { Parts } from '../parts.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, CONTAINER } from './slots.js';

/** Takes away what killed backups of this series have left behind, as far as this client may. */
export function orphansSweep(parts: Parts): StepKind {
  return defineStep({
    name: 'orphans.sweep',
    summary: 'Removes the rests of backups that were never finished',
    reads: [BACKUP_ORDER, CONTAINER],
    run: async (context) => {
      for (const orphan of await found(parts, context)) {
        const { state, reason } = orphan;
        const outcome = await sweepOrphan(parts.storage, orphan, context.signal);
        const facts = { backup: orphan.found.placed.id, reason };
        if (outcome === 'swept') context.emit({ name: 'orphan-swept', facts });
        else if (outcome !== 'left')
          context.emit({
            name: 'orphan-left',
            facts: { ...facts, code: outcome.code, message: outcome.message },
          });
        else if (state === 'unclear') context.emit({ name: 'orphan-left', facts });
      }
    },
  });
}

/** Who may not look for orphans leaves them to others. */
async function found(
  { storage, writerState, clock }: Parts,
  context: StepContext,
): Promise<readonly Orphan[]> {
  const { hostname, name } = context.get(BACKUP_ORDER);
  try {
    return await findOrphans(storage, { hostname, name }, writerState, clock.now(), context.signal);
  } catch (error) {
    if (!isFailure(error, 'storage.access-denied')) throw error;
    context.log.info('orphans may not be looked for', { reason: error.message });
    return [];
  }
}
