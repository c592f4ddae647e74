import { contenders } from './contenders/index.mjs';
import { figures, goodRuns, medianOf, ratioOf } from './medians.mjs';
import { TASKS, taskLabels } from './tasks.mjs';

/** Who stands for Firn with a set. */
const OWN = { image: 'firn-block' };

/** Rows for one set: medians of each task and contender, failures, and Firn's wall seconds over the contender's. */
export function tableOf(set, runs) {
  const head = ['', '', ...Object.values(figures).map(({ label }) => label), 'Firn ÷ this', 'rounds'];
  const rows = TASKS.flatMap((task) =>
    contenders
      .filter(({ name }) => runs.some((run) => isOf(run, set, task, name)))
      .map(({ name, label }, i) => [i === 0 ? taskLabels[task] : '', label, ...cells(runs, set, task, name)]),
  );
  return [head, ...rows];
}

function cells(runs, set, task, contender) {
  const tried = runs.filter((run) => isOf(run, set, task, contender)).length;
  const good = goodRuns(runs, { set, task, contender });
  const failed = tried - good.length;
  const stores = ['first', 'unchanged', 'change'].includes(task);
  const own = OWN[set] ?? 'firn';
  const ratio =
    contender === own
      ? undefined
      : ratioOf(runs, { set, task, figure: 'wall', contender: own, against: contender });
  return [
    ...Object.entries(figures).map(([figure, { show }]) =>
      good.length === 0 ? 'failed' : figure === 'stored' && !stores ? '–' : show(medianOf(good, figure)),
    ),
    ratio?.toFixed(2) ?? '–',
    failed === 0 ? String(tried) : `${tried}, FAILED ${failed}`,
  ];
}

function isOf(run, set, task, contender) {
  return run.set === set && run.task === task && run.contender === contender;
}

/** The floors as rows. */
export function tableOfLimits(rows) {
  return [
    ['', 'against', 'limit', 'measured', '', ''],
    ...rows.map(({ what, against, limit, measured, met, detail }) => [
      what,
      against,
      limit,
      measured ?? '–',
      met === undefined ? 'not measured' : met ? 'met' : 'MISSED',
      detail,
    ]),
  ];
}

/** For a terminal: columns as wide as they need to be. */
export function aligned([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** For a page. */
export function markdown([head, ...rows]) {
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
