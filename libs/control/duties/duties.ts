import type { DutyHandlers } from '#queue';
import type { ControlParts } from '../parts.js';
import { forgetOldRuns } from './forget-old-runs.js';
import { settleLostRuns } from './settle-lost-runs.js';

export interface Duty {
  readonly name: string;
  readonly everyMs: number;
}

const [LEAST_MS, MOST_MS] = [1000, 15_000];

/** What the control plane does by itself, and how often. A lost run is noticed a quarter of a lease late at most. */
export function duties({ leaseMs }: Pick<ControlParts, 'leaseMs'>): readonly Duty[] {
  return [
    { name: 'settle-lost-runs', everyMs: Math.min(MOST_MS, Math.max(LEAST_MS, Math.floor(leaseMs / 4))) },
    { name: 'forget-old-runs', everyMs: 86_400_000 },
  ];
}

/** How each of {@link duties} is done. Doing one twice, or at once with itself, does no harm. */
export function dutyHandlers(parts: ControlParts): DutyHandlers {
  return {
    'settle-lost-runs': async (_, signal) => {
      await settleLostRuns(parts, signal);
    },
    'forget-old-runs': async (_, signal) => {
      await forgetOldRuns(parts, signal);
    },
  };
}
