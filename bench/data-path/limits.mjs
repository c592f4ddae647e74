import { figures, goodRuns, medianOf, mebibytes, ratioOf } from './medians.mjs';
import { taskLabels } from './tasks.mjs';

const MIB = 1 << 20;

/** The floors Firn is held against: ratios of medians, of the rounds that both were in. */
const RATIOS = [
  { set: 'mixed', task: 'first', figure: 'wall', against: 'pipeline', limit: 0.8 },
  { set: 'mixed', task: 'first', figure: 'wall', against: 'restic', limit: 0.4 },
  { set: 'mixed', task: 'first', figure: 'cpu', against: 'restic', limit: 0.4 },
  { set: 'small', task: 'first', figure: 'wall', against: 'restic', limit: 0.42 },
  { set: 'small', task: 'unchanged', figure: 'wall', against: 'restic', limit: 0.15 },
  { set: 'small', task: 'change', figure: 'wall', against: 'restic', limit: 0.16 },
  { set: 'image', task: 'first', figure: 'wall', against: 'restic', limit: 0.35 },
  { set: 'image', task: 'change', figure: 'wall', against: 'restic', limit: 0.2 },
  { set: 'mixed', task: 'restore', figure: 'wall', against: 'restic', limit: 0.45 },
  { set: 'mixed', task: 'restore', figure: 'wall', against: 'pipeline', limit: 0.75 },
  { set: 'small', task: 'file', figure: 'wall', against: 'restic', limit: 0.4 },
  { set: 'mixed', task: 'first', figure: 'stored', against: 'restic', limit: 0.97 },
];

/** Peaks of the whole process tree. */
const MEMORY = [
  { contenders: ['firn', 'firn-block'], what: '64 MiB segments', limit: 256 * MIB },
  { contenders: ['firn-8m'], what: '8 MiB segments', limit: 128 * MIB },
];

/** `{ what, against, limit, measured, met, detail }` for each floor; `measured` and `met` are missing where a run is. */
export function judge(runs, sets) {
  return [
    ...RATIOS.map((row) => ratio(runs, row)),
    addedBytes(runs, sets),
    ...MEMORY.flatMap((row) => [memoryOfFirst(runs, row), worstMemory(runs, row)]),
  ];
}

function ratio(runs, row) {
  const contender = row.set === 'image' ? 'firn-block' : 'firn';
  const measured = ratioOf(runs, { ...row, contender });
  const { show } = figures[row.figure];
  const [own, other] = [contender, row.against].map((name) =>
    medianOf(goodRuns(runs, { ...row, contender: name }), row.figure),
  );
  return {
    what: `${taskLabels[row.task]}, ${row.set}, ${row.figure === 'stored' ? 'stored bytes' : row.figure}`,
    against: row.against,
    limit: `≤ ${row.limit.toFixed(2)}`,
    ...verdict(measured, row.limit, (value) => value.toFixed(2)),
    detail: measured === undefined ? '' : `${show(own)} / ${show(other)}`,
  };
}

function addedBytes(runs, sets) {
  const touched = sets.find(({ name }) => name === 'image')?.touched;
  const added = medianOf(goodRuns(runs, { set: 'image', task: 'change', contender: 'firn-block' }), 'stored');
  const measured = added === undefined ? undefined : added / touched;
  return {
    what: 'small change, image, bytes added',
    against: 'the touched 64-KiB pages',
    limit: '≤ 1.20',
    ...verdict(measured, 1.2, (value) => value.toFixed(2)),
    detail: measured === undefined ? '' : `${mebibytes(added)} / ${mebibytes(touched)} MiB`,
  };
}

function memoryOfFirst(runs, { contenders: [contender], what, limit }) {
  const measured = medianOf(goodRuns(runs, { set: 'mixed', task: 'first', contender }), 'peak');
  return {
    what: `peak memory, ${what}, first backup, mixed`,
    ...memoryVerdict(measured, limit),
    detail: '',
  };
}

/** Memory must be flat everywhere, so the worst single run counts, whatever it did. */
function worstMemory(runs, { contenders, what, limit }) {
  const all = runs.filter(
    ({ contender, failure }) => contenders.includes(contender) && failure === undefined,
  );
  const worst = all.toSorted((a, b) => b.peakBytes - a.peakBytes)[0];
  return {
    what: `peak memory, ${what}, worst of all runs`,
    ...memoryVerdict(worst?.peakBytes, limit),
    detail: worst ? `${worst.contender}: ${taskLabels[worst.task]}, ${worst.set}` : '',
  };
}

function memoryVerdict(measured, limit) {
  const inMib = (bytes) => `${mebibytes(bytes)} MiB`;
  return { against: '–', limit: `≤ ${inMib(limit)}`, ...verdict(measured, limit, inMib) };
}

function verdict(value, limit, show) {
  return value === undefined
    ? { measured: undefined, met: undefined }
    : { measured: show(value), value, met: value <= limit };
}
