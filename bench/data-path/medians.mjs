/** What is measured of a run, with how people read it. */
export const figures = {
  wall: { of: ({ wallSeconds }) => wallSeconds, show: seconds, label: 'wall s' },
  cpu: { of: ({ cpuSeconds }) => cpuSeconds, show: seconds, label: 'CPU s' },
  peak: { of: ({ peakBytes }) => peakBytes, show: mebibytes, label: 'peak MiB' },
  stored: { of: ({ storedBytes }) => storedBytes, show: mebibytes, label: 'stored MiB' },
};

/** The runs of one task that count, by round. */
export function goodRuns(runs, { set, task, contender }) {
  return runs.filter(
    (run) => run.set === set && run.task === task && run.contender === contender && run.failure === undefined,
  );
}

/** Median of one figure of some runs, or nothing when there are none. */
export function medianOf(runs, figure) {
  const sorted = runs.map((run) => figures[figure].of(run)).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** One contender's median over another's, of the rounds in which both succeeded. */
export function ratioOf(runs, { set, task, figure, contender, against }) {
  const [own, others] = [contender, against].map((name) => goodRuns(runs, { set, task, contender: name }));
  const shared = new Set(own.map(({ round }) => round)).intersection(
    new Set(others.map(({ round }) => round)),
  );
  const [above, below] = [own, others].map((some) =>
    medianOf(
      some.filter(({ round }) => shared.has(round)),
      figure,
    ),
  );
  return above === undefined ? undefined : above / below;
}

function seconds(value) {
  return value.toFixed(2);
}

export function mebibytes(bytes) {
  const value = bytes / (1 << 20);
  return value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0);
}
