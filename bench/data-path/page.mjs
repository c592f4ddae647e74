import fs from 'node:fs';
import { aligned, markdown, tableOf, tableOfLimits } from './report.mjs';

const BEGIN = '<!-- bench:data-path -->';
const END = '<!-- /bench -->';

/** The whole result as text: for people at a terminal, or for a page. */
export function resultText(
  { machine, versions, leftOut, command, date, load, quick, sets, runs, limits },
  kind,
) {
  const table = kind === 'page' ? markdown : aligned;
  const title = (text) => (kind === 'page' ? `### ${text}` : `== ${text}`);
  const item = (text) => `* ${text}`;
  const failed = runs.filter(({ failure }) => failure !== undefined);
  const code = (text) => (kind === 'page' ? `\`${text}\`` : text);
  return [
    [
      item(`${date}, ${machine}; load before: ${load.toFixed(2)}`),
      item(code(command)),
      ...versions.map(({ label, version }) => item(`${code(label)}: ${version}`)),
      ...leftOut.map(({ name, reason }) => item(`${code(name)} left out: ${reason}`)),
      ...(quick
        ? [item('Quick mode: small sets and one round show that all works, not how fast it is.')]
        : []),
    ].join('\n'),
    title('Limits'),
    table(tableOfLimits(limits)),
    ...sets.flatMap((set) => [title(setTitle(set)), table(tableOf(set.name, runs))]),
    ...(failed.length === 0
      ? []
      : [title('Failed runs'), failed.map((run) => item(failureLine(run))).join('\n')]),
  ].join('\n\n');
}

/** Puts the results between the marks of a page. */
export function writePage(file, text) {
  const page = fs.readFileSync(file, 'utf8');
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`${file} has no place for the results: "${BEGIN}" and "${END}"`);
  fs.writeFileSync(file, `${page.slice(0, begin + BEGIN.length)}\n${text}\n${page.slice(end)}`);
}

function setTitle({ name, entries, bytes }) {
  return `${name}: ${entries.toLocaleString('en')} entries, ${(bytes / 1e6).toFixed(0)} MB`;
}

function failureLine({ set, round, task, contender, failure }) {
  return `${set}, round ${round}, ${task}, ${contender}: ${failure}`;
}
