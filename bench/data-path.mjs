// Measures the data path of Firn beside others; `--help` says how, and bench/README.md what the figures mean.
import fs from 'node:fs';
import path from 'node:path';
import { copyFirn } from './data-path/contenders/firn.mjs';
import { thoseHere } from './data-path/contenders/index.mjs';
import { DataSet } from './data-path/data-set.mjs';
import { interruption } from './data-path/interruption.mjs';
import { judge } from './data-path/limits.mjs';
import { load, machineLine, QUIET_LOAD, settled, unfit } from './data-path/machine.mjs';
import { mebibytes } from './data-path/medians.mjs';
import { HELP, readOptions } from './data-path/options.mjs';
import { resultText, writePage } from './data-path/page.mjs';
import { rounds } from './data-path/rounds.mjs';
import { sets as recipes } from './data-path/sets/index.mjs';

const PAGE = path.join(import.meta.dirname, '../docs/performance.md');
const args = process.argv.slice(2);

try {
  const options = readOptions(args);
  if (options.help) console.log(HELP.trimEnd());
  else process.exitCode = await bench(options);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}

async function bench(options) {
  const reason = unfit() ?? busy(options);
  if (reason) throw new Error(reason);
  const programs = path.join(options.directory, 'programs');
  copyFirn(programs);
  const { here, leftOut } = thoseHere(options.contenders, programs);
  for (const { name, reason: why } of leftOut) console.error(`${name} left out: ${why}`);
  const sets = dataSets(options);
  // Not before: the making of a set hears nothing, and one that is cut off is made anew.
  const signal = interruption();
  if (!options.quick) await settled(signal);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    machine: machineLine(options.directory),
    load: load(),
    quick: options.quick,
    versions: here.map(({ contender: { name, label }, version }) => ({ name, label, version })),
    leftOut,
    sets: sets.map(({ name, entries, bytes, touched }) => ({ name, entries, bytes, touched })),
    runs: await allRuns(sets, here, { ...options, programs, signal }),
  };
  result.limits = judge(result.runs, sets);
  console.log(resultText(result, 'terminal'));
  if (options.json) fs.writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  if (options.write) writePage(PAGE, resultText(result, 'page'));
  return result.runs.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

/** Why now is no time to measure, or nothing. */
function busy({ quick, force }) {
  if (load() <= QUIET_LOAD) return undefined;
  const text = `the load is ${load().toFixed(2)}, so something else is running, and figures would mean little`;
  if (!quick && !force) return `${text}; wait until it is below ${QUIET_LOAD}, or say --force`;
  console.error(`WARNING: ${text}`);
  return undefined;
}

function dataSets(options) {
  return recipes
    .filter(({ name }) => options.only.includes(name))
    .map((recipe) => {
      console.error(`data set ${recipe.name}`);
      return DataSet.open(recipe, options);
    });
}

async function allRuns(sets, here, options) {
  const work = path.join(options.directory, 'work');
  // Of a run before, which may have been killed.
  for (const name of ['work', 'logs'])
    fs.rmSync(path.join(options.directory, name), { recursive: true, force: true });
  const contenders = here.map(({ contender }) => contender);
  const runs = [];
  for (const set of sets) {
    for await (const run of rounds(set, contenders, { ...options, directory: work })) {
      runs.push(run);
      console.error(`  ${describe(run)}`);
    }
  }
  return runs;
}

function describe({ set, round, task, contender, failure, printed, ...figures }) {
  const what = `${set} ${round} ${task.padEnd(9)} ${contender.padEnd(10)}`;
  if (failure !== undefined) return `${what} FAILED: ${failure}${printed ? `\n${printed}` : ''}`;
  const { wallSeconds, cpuSeconds, peakBytes, storedBytes } = figures;
  return `${what} ${wallSeconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, peak ${mebibytes(peakBytes)} MiB, stored ${mebibytes(storedBytes)} MiB`;
}
