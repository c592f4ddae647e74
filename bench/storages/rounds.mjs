import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { measure } from '../data-path/measure.mjs';
import { difference } from './objects.mjs';

const LIMIT_MS = 10 * 60_000;

/**
 * Lets the clients of each protocol put all objects and get them back, one client after the other, for so many rounds;
 * who begins changes from round to round. Before that each puts one byte: what its start and its login take. Yields one
 * record for each transfer.
 */
export async function* rounds(here, servers, sets, { rounds: count, atOnce, directory, signal }) {
  const scratch = path.join(directory, 'scratch');
  fs.mkdirSync(scratch);
  for (let round = 1; round <= count; round += 1) {
    for (const { protocol, contenders } of here) {
      const server = servers[protocol];
      for (const contender of turned(contenders, round)) {
        signal.throwIfAborted();
        const record = { protocol, round, contender: contender.name };
        const stage = { protocol, contender, server, atOnce, directory, scratch, signal };
        for await (const run of thereAndBack(sets.one, `${protocol}-start-${contender.name}-${round}`, stage))
          if (run.task === 'put') yield { ...record, ...run, task: 'start' };
        for await (const run of thereAndBack(sets.all, `${protocol}-${contender.name}-${round}`, stage))
          yield { ...record, ...run };
        // What one has left unwritten is no burden of the next.
        execFileSync('sync');
      }
    }
  }
}

/** Puts objects into a new container and gets them back from it; no further when something went wrong. */
async function* thereAndBack(objects, name, stage) {
  const { protocol, contender, server, atOnce, directory, scratch } = stage;
  const place = await server.make(name);
  const target = fs.mkdtempSync(path.join(directory, 'target-'));
  const task = { protocol, objects, atOnce, scratch, directory: target };
  for (const direction of ['put', 'get']) {
    const run = await transfer(contender[direction](place, task), stage);
    const wrong = direction === 'get' ? difference(objects, target) : undefined;
    const failure = run.failure ?? wrong;
    yield { task: direction, ...run, ...(failure !== undefined && { failure }) };
    if (failure !== undefined) break;
  }
  fs.rmSync(target, { recursive: true });
  await server.remove(place);
}

function turned(contenders, round) {
  const first = (round - 1) % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

async function transfer({ command, args, env = {}, cwd = '/' }, { scratch, signal }) {
  const log = path.join(scratch, 'log');
  fs.rmSync(log, { force: true });
  const clean = { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: scratch, TMPDIR: scratch };
  const run = await measure({
    command,
    args,
    cwd,
    env: { ...clean, ...env },
    log,
    limitMs: LIMIT_MS,
    signal,
  });
  const { exitCode, ending, wallSeconds, cpuSeconds, peakBytes } = run;
  const figures = { wallSeconds, cpuSeconds, peakBytes };
  if (exitCode === 0) return figures;
  const said = fs.readFileSync(log, 'utf8').trim().split('\n').slice(-6).join('\n');
  return { ...figures, failure: `exit code ${exitCode ?? ending}: ${said}` };
}
