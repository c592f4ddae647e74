// Measures the platform as one machine has it: processes of its own, an embedded database, agents that do nothing.
//
//   node_modules/.bin/node bench/platform.mjs [--starts 5] [--idle 60] [--jobs 100] [--latency 20]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, temporaryDirectory } from '#host';
import { PlatformFixture, startService } from '#test/support';

const AT_ONCE = 4;
const nothing = { settings: { action: 'exec', command: ['true'] }, maxRetries: 0 };

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    idle: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '100' },
    latency: { type: 'string', default: '20' },
  },
});
const wish = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));

const rows = [
  ['machine', `${os.cpus().length} × ${os.cpus()[0]?.model.trim()}, Node ${process.versions.node}`],
];
rows.push(...(await starts()));
const platform = await PlatformFixture.start({ concurrentJobs: AT_ONCE });
try {
  await platform.scheduler.told('registered');
  rows.push(...(await idle()), ...(await latency()), ...(await throughput()));
} finally {
  await platform[Symbol.asyncDispose]();
}
const width = Math.max(...rows.map(([what]) => what.length));
for (const [what, figure] of rows) console.log(`${what.padEnd(width)}  ${figure}`);

/** `firn up` until /readyz says yes: once with an empty state directory, then with the same one. */
async function starts() {
  const place = await temporaryDirectory('firn-bench-');
  // Root's database runs as another user, who must get there.
  fs.chmodSync(place.path, 0o711);
  try {
    const took = [];
    for (let i = 0; i <= wish.starts; i += 1) {
      const port = await freePort();
      const args = ['up', '--state', path.join(place.path, 'state'), '--port', String(port)];
      const began = performance.now();
      await using firn = await startService('cli', args);
      await answered(`http://127.0.0.1:${port}/readyz`, firn);
      took.push(performance.now() - began);
    }
    const [first, ...others] = took;
    return [
      ['firn up, empty state: start to first answer', `${seconds(first)} s`],
      [`firn up, initialised: start to first answer (${others.length})`, `${spread(others, seconds)} s`],
    ];
  } finally {
    await place.remove();
  }
}

async function answered(url, firn) {
  let over = false;
  void firn.exit.then(() => (over = true));
  for (;;) {
    if (over) throw new Error(`firn up has ended: ${firn.out.join('\n')} ${JSON.stringify(firn.log)}`);
    const answer = await globalThis.fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(10);
  }
}

async function idle() {
  await sleep(wish.idle * 1000);
  return [
    [`API, resident after ${wish.idle} s idle`, `${resident(platform.apiProcess.pid)} MiB`],
    [`scheduler, resident after ${wish.idle} s idle`, `${resident(platform.scheduler.pid)} MiB`],
  ];
}

function resident(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024).toFixed(0);
}

/** One job after the other. The scheduler of the fixture polls once a second, which is most of the wait. */
async function latency() {
  const [claimed, ended] = [[], []];
  for (let i = 0; i < wish.latency; i += 1) {
    // Not always at the same moment between two polls.
    await sleep((i * 370) % 1000);
    const job = await platform.makeJob([nothing]);
    const run = await platform.runOf(job.id);
    const since = Date.parse(job.createdAt);
    claimed.push(Date.parse(run.claimedAt) - since);
    ended.push(Date.parse(run.endedAt) - since);
  }
  return [
    [`job created → run claimed, polls every second (${wish.latency})`, `${spread(claimed, whole)} ms`],
    [`job created → run succeeded (${wish.latency})`, `${spread(ended, whole)} ms`],
  ];
}

async function throughput() {
  const jobs = [];
  const began = performance.now();
  for (let i = 0; i < wish.jobs; i += 1) jobs.push((await platform.makeJob([nothing])).id);
  const made = performance.now() - began;
  const runs = [];
  for (const id of jobs) runs.push(await platform.runOf(id));
  const first = Math.min(...runs.map(({ claimedAt }) => Date.parse(claimedAt)));
  const last = Math.max(...runs.map(({ endedAt }) => Date.parse(endedAt)));
  const bad = runs.filter(({ state }) => state !== 'succeeded').length;
  const rate = (count, ms) => ((count * 1000) / ms).toFixed(1);
  return [
    ['jobs made through the API, one after the other', `${rate(jobs.length, made)} a second`],
    [
      `runs of jobs that do nothing, ${AT_ONCE} at once (${jobs.length})`,
      `${rate(jobs.length, last - first)} a second${bad > 0 ? `, ${bad} NOT SUCCEEDED` : ''}`,
    ],
  ];
}

/** Median, with the least and the most. */
function spread(figures, show) {
  const sorted = figures.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return `${show(median)} (${show(sorted[0])}–${show(sorted.at(-1))})`;
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

function whole(ms) {
  return ms.toFixed(0);
}
