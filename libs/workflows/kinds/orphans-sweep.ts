import { findOrphans, sweepOrphans } from '#backup-set';
import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, CONTAINER } from './slots.js';

/** Takes away what killed backups of this series have left behind. */
export function orphansSweep(parts: Parts): StepKind {
  return defineStep({
    name: 'orphans.sweep',
    summary: 'Removes the rests of backups that were never finished',
    reads: [BACKUP_ORDER, CONTAINER],
    run: async (context) => {
      const { hostname, name } = context.get(BACKUP_ORDER);
      const { storage, writerState, clock } = parts;
      const orphans = await findOrphans(
        storage,
        { hostname, name },
        writerState,
        clock.now(),
        context.signal,
      );
      for (const { found, reason } of await sweepOrphans(storage, orphans, context.signal)) {
        context.emit({ name: 'orphan-swept', facts: { backup: found.placed.id, reason } });
      }
    },
  });
}
