// Measures Firn's storage drivers beside the command-line clients, on the loopback; `--help` says how, and
// bench/README.md what the figures mean.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { interruption } from './data-path/interruption.mjs';
import { load, machineLine, QUIET_LOAD, unfit } from './data-path/machine.mjs';
import { contendersHere } from './storages/contenders.mjs';
import { makeObjects } from './storages/objects.mjs';
import { HELP, readOptions } from './storages/options.mjs';
import { resultText } from './storages/report.mjs';
import { rounds } from './storages/rounds.mjs';
import { openServers } from './storages/servers.mjs';

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
  const directory = fs.mkdtempSync(path.join(options.directory, 'firn-bench-storages-'));
  // Servers run as users who have to get there.
  fs.chmodSync(directory, 0o711);
  process.env['TMPDIR'] = directory;
  const { here, leftOut } = contendersHere(options.only);
  for (const { name, reason: why } of leftOut) console.error(`${name} left out: ${why}`);
  const signal = interruption();
  const servers = await openServers(here.map(({ protocol }) => protocol));
  try {
    const objects = makeObjects(path.join(directory, 'objects'), options);
    const result = {
      date: new Date().toISOString().slice(0, 10),
      command: ['node bench/storages.mjs', ...args].join(' '),
      machine: machineLine(directory),
      load: load(),
      versions: versionsOf(here),
      ...{ quick: options.quick, leftOut, count: objects.files.length, bytes: objects.bytes },
      ...{ atOnce: options.atOnce, runs: [] },
    };
    const one = makeObjects(path.join(directory, 'one'), { objects: 1, bytes: 1 });
    for await (const run of rounds(here, servers, { one, all: objects }, { ...options, directory, signal })) {
      result.runs.push(run);
      console.error(`  ${describe(run, objects)}`);
    }
    console.log(resultText(result, here, options.markdown));
    if (options.json) fs.writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    return result.runs.some(({ failure }) => failure !== undefined) ? 1 : 0;
  } finally {
    await servers.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Why now is no time to measure, or nothing. */
function busy({ quick, force }) {
  if (load() <= QUIET_LOAD) return undefined;
  const text = `the load is ${load().toFixed(2)}, so something else is running, and figures would mean little`;
  if (!quick && !force) return `${text}; wait until it is below ${QUIET_LOAD}, or say --force`;
  console.error(`WARNING: ${text}`);
  return undefined;
}

function versionsOf(here) {
  const all = here.flatMap(({ contenders }) => contenders);
  return [...new Map(all.map(({ label, version }) => [label, version])).entries(), ['Linux', os.release()]];
}

function describe({ protocol, round, task, contender, failure, wallSeconds, cpuSeconds }, { bytes }) {
  const what = `${protocol.padEnd(5)} ${round} ${task.padEnd(5)} ${contender.padEnd(7)}`;
  if (failure !== undefined) return `${what} FAILED: ${failure}`;
  if (task === 'start') return `${what} ${wallSeconds.toFixed(2)} s`;
  return `${what} ${(bytes / wallSeconds / 2 ** 20).toFixed(0)} MiB/s, ${wallSeconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s`;
}
