import type { Parts } from '../parts.js';
import { openRestorePoint } from '../restoring/open-point.js';
import { rescueOf } from '../restoring/rescue.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { CHAIN, POINT, RESTORE_ORDER } from './slots.js';

/** Opens the container, chooses the restore point, and checks all its levels before anything is touched. */
export function pointChoose(parts: Parts): StepKind {
  return defineStep({
    name: 'point.choose',
    summary: 'Chooses the restore point and checks that all its levels are there',
    reads: [RESTORE_ORDER],
    writes: [POINT, CHAIN],
    run: async (context) => {
      const order = context.get(RESTORE_ORDER);
      const rescue = order.keepGoing ? rescueOf(parts) : undefined;
      const { point, chain } = await openRestorePoint(parts, { ...order, rescue }, context.signal);
      context.set(POINT, point);
      context.set(CHAIN, chain);
      const { backup, levels } = point;
      context.emit({
        name: 'point-chosen',
        facts: { backup: backup.id, levels: levels.length, at: backup.startedAt.toISOString() },
      });
    },
  });
}
