import { goodRuns, medianOf } from '../data-path/medians.mjs';
import { aligned, markdown } from '../data-path/report.mjs';

/** Firn is to be within a fifth of the client of the protocol, once both have begun. */
const LEAST_RATIO = 0.8;

/** The whole result as text: for a terminal, or for a page. */
export function resultText(result, here, isPage) {
  const { date, command, machine, load, versions, quick, leftOut, count, bytes, atOnce } = result;
  const item = (text) => `* ${text}`;
  const size = `${count} objects of ${bytes / count / 2 ** 20} MiB, ${atOnce} at a time`;
  return [
    item(`${date}, \`${command}\`; ${size}`),
    item(`${machine}; load before: ${load.toFixed(2)}`),
    item(
      versions
        .map(([label, version]) => (version.startsWith(label) ? version : `${label}: ${version}`))
        .join('; '),
    ),
    ...leftOut.map(({ name, reason }) => item(`left out: ${name} (${reason})`)),
    ...(quick
      ? [item('Quick mode: small objects and one round show that all works, not how fast it is.')]
      : []),
    '',
    (isPage ? markdown : aligned)(tableOf(result, here)),
    ...failuresOf(result).map(item),
  ].join('\n');
}

function tableOf({ runs, bytes }, here) {
  const head = ['', '', '', 'MiB/s', 'start s', 'CPU s', 'peak MiB'];
  head.push("Firn's speed ÷ this", 'without start', 'rounds', '');
  const rows = here.flatMap(({ protocol, own, contenders }) =>
    ['put', 'get'].flatMap((task) =>
      contenders.map(({ name, label }, index) => [
        ...(index === 0 ? [protocol, task] : ['', '']),
        label,
        ...cells(runs, bytes, { protocol, task, name, own }),
      ]),
    ),
  );
  return [head, ...rows];
}

function cells(runs, bytes, { protocol, task, name, own }) {
  const of = (contender, what) => goodRuns(withSets(runs), { set: protocol, task: what, contender });
  const good = of(name, task);
  if (good.length === 0) return ['failed', '', '', '', '', '', '0', ''];
  const start = medianOf(of(name, 'start'), 'wall') ?? 0;
  const others = { good, start };
  const firn = { good: of('firn', task), start: medianOf(of('firn', 'start'), 'wall') ?? 0 };
  const whole = name === 'firn' ? undefined : pairedRatio(firn, others, () => 0);
  const net = name === 'firn' ? undefined : pairedRatio(firn, others, ({ start: seconds }) => seconds);
  return [
    (bytes / 2 ** 20 / medianOf(good, 'wall')).toFixed(0),
    start.toFixed(2),
    medianOf(good, 'cpu').toFixed(2),
    (medianOf(good, 'peak') / 2 ** 20).toFixed(0),
    whole?.toFixed(2) ?? '–',
    net?.toFixed(2) ?? '–',
    String(good.length),
    name === own && net !== undefined ? verdict(net) : '',
  ];
}

function verdict(ratio) {
  return `at least ${LEAST_RATIO.toFixed(2)}: ${ratio >= LEAST_RATIO ? 'met' : 'MISSED'}`;
}

/** Speeds are wall times the other way round; of the rounds in which both succeeded, without `less` seconds of each. */
function pairedRatio(own, others, less) {
  const roundsOf = ({ good }) => new Set(good.map(({ round }) => round));
  const shared = roundsOf(own).intersection(roundsOf(others));
  if (shared.size === 0) return undefined;
  const wall = (one) =>
    medianOf(
      one.good.filter(({ round }) => shared.has(round)),
      'wall',
    ) - less(one);
  const [above, below] = [wall(others), wall(own)];
  return above > 0 && below > 0 ? above / below : undefined;
}

/** The data path's figures know sets where these have protocols. */
function withSets(runs) {
  return runs.map((run) => ({ ...run, set: run.protocol }));
}

function failuresOf({ runs }) {
  return runs
    .filter(({ failure }) => failure !== undefined)
    .map(({ protocol, round, task, contender, failure }) => {
      return `FAILED: ${protocol}, round ${round}, ${task}, ${contender}: ${failure}`;
    });
}
