import { RUN_STATES, type Run } from '#domain';
import type { RunTotal } from '../metadata.js';

export function runTotals(runs: Iterable<Run>): readonly RunTotal[] {
  const byState = Map.groupBy(runs, (run) => run.state);
  return RUN_STATES.flatMap((state) => {
    const those = byState.get(state);
    return those ? [{ state, runs: those.length, ...bytesOf(those) }] : [];
  });
}

function bytesOf(runs: readonly Run[]): { bytesRead: number; bytesStored: number } {
  return {
    bytesRead: runs.reduce((sum, run) => sum + run.bytesRead, 0),
    bytesStored: runs.reduce((sum, run) => sum + run.bytesStored, 0),
  };
}
