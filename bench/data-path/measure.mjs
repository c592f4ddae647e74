import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';

const SAMPLE_MS = 50;
const PAGE_BYTES = 4096;
/** What /proc counts processor time in, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Runs one command and measures it and all it starts: wall seconds, processor seconds (user and system), and the peak
 * of the sum of resident memory in bytes. Ends it, and what it started, after `limitMs` or when `signal` says so.
 * What it prints goes to the file `log`.
 */
export async function measure({ command, args, cwd, env, log, limitMs, signal }) {
  const output = fs.openSync(log, 'a');
  const cpuBefore = waitedForSeconds();
  const began = performance.now();
  // In a session of its own, so that all of it can be ended at once.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', output, output] });
  fs.closeSync(output);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: undefined, ending: error.message }));
    child.once('exit', (exitCode, ending) =>
      resolve({ exitCode: exitCode ?? undefined, ending: ending ?? undefined }),
    );
  });
  let peakBytes = 0;
  let timedOut = false;
  const sample = () => (peakBytes = Math.max(peakBytes, residentBytes(child.pid)));
  const sampler = setInterval(sample, SAMPLE_MS);
  const end = () => endTree(child.pid);
  const limit = setTimeout(() => {
    timedOut = true;
    end();
  }, limitMs);
  signal?.addEventListener('abort', end);
  sample();
  const { exitCode, ending } = await ended;
  const wallSeconds = (performance.now() - began) / 1000;
  clearInterval(sampler);
  clearTimeout(limit);
  signal?.removeEventListener('abort', end);
  return {
    exitCode,
    ending: timedOut ? `ended after ${limitMs / 60_000} min` : ending,
    wallSeconds,
    cpuSeconds: waitedForSeconds() - cpuBefore,
    peakBytes,
  };
}

/** Processor time of all children that have ended, and of theirs. Only one command runs at a time, so it is that one's. */
function waitedForSeconds() {
  const fields = fs.readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1).split(' ');
  // The 16th and the 17th of proc(5); the two before the split are missing here.
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Of a process and all below it. Pages that they share are counted for each. */
function residentBytes(root) {
  let bytes = 0;
  for (const pid of treeOf(root)) bytes += Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE_BYTES;
  return bytes;
}

function treeOf(root) {
  const found = root === undefined ? [] : [String(root)];
  for (const pid of found) {
    for (const thread of list(`/proc/${pid}/task`)) {
      found.push(...read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));
    }
  }
  return found;
}

function endTree(root) {
  for (const pid of treeOf(root).map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

// A process may end between being listed and being read.
function read(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function list(directory) {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}
