import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { contenders } from './contenders/index.mjs';
import { sets } from './sets/index.mjs';
import { TASKS, taskLabels } from './tasks.mjs';

const names = (list) => list.map(({ name }) => name);
const indented = (pairs) => pairs.map(([name, label]) => `  ${name.padEnd(16)}${label}`).join('\n');

export const HELP = `Usage: npm run bench -- [options]

Measures Firn beside restic, borg, duplicity and the pipelines of a shell, with data sets that are the same every time.

Options:
  --quick                 small sets, one round, under five minutes: shows that all works, not how fast it is
  --only SET,...          only these data sets (default all)
  --contenders NAME,...   only these contenders (default all that are installed)
  --tasks TASK,...        only these tasks; the first backup is always made (default all)
  --rounds N              rounds in which the contenders take turns; the slow ones take part in one (default 3)
  --limit MINUTES         a run that takes longer is ended and counts as failed (default 15)
  --directory DIR         where data sets, repositories and logs are; needs 35 GB (default ${path.join(os.tmpdir(), 'firn-bench')})
  --seed TEXT             another seed makes other data (default firn)
  --json FILE             write every single figure to this file
  --write                 put the results into docs/performance.md
  --keep                  leave the repositories in the directory
  --force                 measure also when the machine is busy
  -h, --help              print help

Data sets:
${indented([
  ['mixed', '2 GB of programs, headers, manuals and noise'],
  ['small', '200,000 text files of 1 to 8 KiB'],
  ['image', 'a disk image of 4 GiB, of which 1 % changes'],
  ['incompressible', '2,000 files of noise, 2 GB'],
])}

Contenders:
${indented(contenders.map(({ name, label }) => [name, label]))}

Tasks:
${indented(TASKS.map((task) => [task, taskLabels[task]]))}

Examples:
  npm run bench -- --quick
  npm run bench -- --only small --contenders firn,restic --tasks unchanged,change
  npm run bench -- --rounds 5 --json /tmp/figures.json --write
`;

/** The options in full; throws a message for people when one is wrong. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      contenders: { type: 'string' },
      tasks: { type: 'string' },
      rounds: { type: 'string' },
      limit: { type: 'string', default: '15' },
      directory: { type: 'string', default: path.join(os.tmpdir(), 'firn-bench') },
      seed: { type: 'string', default: 'firn' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    ...values,
    only: chosen('--only', values.only, names(sets)),
    contenders: chosen('--contenders', values.contenders, names(contenders)),
    tasks: chosen('--tasks', values.tasks, TASKS),
    rounds: positive('--rounds', values.rounds ?? (values.quick ? '1' : '3')),
    limitMs: positive('--limit', values.limit) * 60_000,
    directory: path.resolve(values.directory),
  };
}

function chosen(option, text, known) {
  if (text === undefined) return known;
  const wanted = text.split(',').map((name) => name.trim());
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`${option}: "${strange}" is none of ${known.join(', ')}`);
  return wanted;
}

function positive(option, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option}: "${text}" is no number from 1 on`);
  return number;
}
