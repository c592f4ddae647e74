import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import { Fixture, startAgent } from '#test/support';

const MiB = 1024 * 1024;

/**
 * Resident bytes of a process and all that it started. Between fork and exec a child has the memory of its parent, which
 * is no more for that.
 */
function residentBytes(pid: number, parent = ''): number {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (commandLine === parent) return 0;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.reduce((sum, child) => sum + residentBytes(child, commandLine), own);
  } catch {
    // It has ended while it was looked at.
    return 0;
  }
}

async function peakOf(args: readonly string[]): Promise<number> {
  const running = await startAgent(args);
  let over = false;
  void running.exit.then(() => (over = true));
  let peak = 0;
  while (!over) {
    peak = Math.max(peak, residentBytes(running.pid));
    await systemClock.sleep(25);
  }
  assert.deepEqual(await running.exit, { code: 0, signal: undefined });
  return peak;
}

describe('the memory of a backup of 2 GiB', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(() => {
    fixture = new Fixture();
    const file = (name: string) => join(fixture.source, name);
    // Half of it noise, half of it text: what is stored raw and what is compressed take different ways.
    execFileSync('sh', [
      '-c',
      'head -c 1G /dev/urandom > "$1"; yes "one line of some text that repeats itself $$" | head -c 1G > "$2"',
      'sh',
      file('noise'),
      file('text'),
    ]);
  });
  after(() => fixture.remove());

  for (const [segment, limit] of [
    ['8MiB', 160],
    ['64MiB', 300],
  ] as const) {
    it(`stays under ${limit} MiB, its children included, with segments of ${segment}`, async () => {
      const args = ['backup', '--path-to-backup', fixture.source, '--backup-name', segment, ...fixture.where];
      const peak = await peakOf([...args, '--max-segment-size', segment]);
      assert.ok(peak < limit * MiB, `${(peak / MiB).toFixed(1)} MiB`);
    });
  }

  it('is no larger for the restore', async () => {
    const target = join(fixture.place, 'target');
    const peak = await peakOf([
      'restore',
      '--backup-name',
      '64MiB',
      '--restore-abs-path',
      target,
      ...fixture.where,
    ]);
    assert.ok(peak < 300 * MiB, `${(peak / MiB).toFixed(1)} MiB`);
  });
});
