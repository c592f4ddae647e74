import { Failure } from '#kernel';
import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER } from './slots.js';

/** One backup of a name at a time: the second is refused at once, and the kernel gives the lock back whatever happens. */
export function seriesHold(parts: Parts): StepKind {
  return defineStep({
    name: 'series.hold',
    summary: 'Keeps a second backup of the same name away',
    reads: [BACKUP_ORDER],
    run: async (context) => {
      const { hostname, name } = context.get(BACKUP_ORDER);
      const held = await parts.exclusively(seriesLock(hostname, name));
      if (held) return held;
      throw new Failure('backup.busy', `a backup "${name}" of ${hostname} is running already`, {
        hostname,
        name,
      });
    },
    release: (held) => held.release(),
  });
}

export function seriesLock(hostname: string, name: string): string {
  return `series\n${hostname}\n${name}`;
}
