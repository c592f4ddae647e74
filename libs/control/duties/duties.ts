import type { DutyHandlers } from '#queue';
import type { ControlParts } from '../parts.js';
import { forgetOldRuns } from './forget-old-runs.js';
import { settleLostRuns } from './settle-lost-runs.js';

export interface Duty {
  readonly name: string;
  readonly everyMs: number;
}

/** What the control plane does by itself, and how often. */
export const DUTIES: readonly Duty[] = [
  { name: 'settle-lost-runs', everyMs: 15_000 },
  { name: 'forget-old-runs', everyMs: 86_400_000 },
];

/** How each of {@link DUTIES} is done. Doing one twice, or at once with itself, does no harm. */
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
