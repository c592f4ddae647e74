import { formatBytes, formatRate } from '#config';
import type { ComparedTrees } from '#host';
import { printable } from '#kernel';
import type { RunView } from '#node-protocol';
import { table } from '../../process/table.js';

/** One restore point: the run that made it, and what came back. */
export interface Round {
  readonly backup: RunView;
  readonly compared: ComparedTrees;
}

/** What the agent told at the end of a run with one action. */
export function factsOf(run: RunView): Readonly<Record<string, unknown>> {
  return run.attempts.at(-1)?.facts ?? {};
}

export function tableOf(rounds: readonly Round[], verified: RunView): readonly string[] {
  const good = factsOf(verified)['damaged'] === 0 ? 'yes' : 'NO';
  const rows = rounds.map(({ backup, compared }) => {
    const facts = factsOf(backup);
    return [
      String(facts['level']),
      Number(facts['files']).toLocaleString('en'),
      formatBytes(backup.bytesRead),
      formatBytes(backup.bytesStored),
      formatRate(Number(facts['streamBytes']), Number(facts['durationMs'])),
      compared.entries.toLocaleString('en'),
      compared.count.toLocaleString('en'),
      good,
    ];
  });
  return table(['LEVEL', 'FILES', 'BYTES', 'STORED', 'RATE', 'COMPARED', 'DIFFERENT', 'VERIFIED'], rows);
}

/** The first differences of each round, one a line. */
export function differencesIn(rounds: readonly Round[]): readonly string[] {
  return rounds.flatMap(({ compared }) =>
    compared.differences
      .slice(0, SHOWN)
      .map(
        ({ path, what, left, right }) => `different: ${printable(path)}: ${what}: ${left} became ${right}`,
      ),
  );
}

const SHOWN = 20;
