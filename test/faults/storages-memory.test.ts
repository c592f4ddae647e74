import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import { Fixture, kill9, startLine } from '#test/support';
import { processTree, residentBytes } from '../e2e/process-tree.js';
import { ReachedServers } from './reached-servers.js';
import { startBackup } from './troubled-backup.js';

const MiB = 1 << 20;
/** What a backup to a local disk keeps to with such segments, see `test/e2e/memory.test.ts`. */
const LOCAL_LIMIT = 160 * MiB;
/** What it costs to speak SSH or HTTP: code, and buffers of four connections. */
const CLIENT = 48 * MiB;
const LIMIT = LOCAL_LIMIT + CLIENT;
const LOOK_MS = 25;
const LOOKS_AT_REST = 80;

describe('the memory of a backup to a server that stands still for a while', function () {
  this.timeout(120_000);
  const servers = new ReachedServers();
  let fixture: Fixture;
  before(() => {
    fixture = new Fixture();
    const noise = join(fixture.source, 'noise');
    execFileSync('sh', ['-c', 'head -c 160M /dev/urandom > "$1"', 'sh', noise]);
  });
  after(async () => {
    await servers[Symbol.asyncDispose]();
    await fixture.remove();
  });

  for (const kind of ['sftp', 's3', 'swift'] as const) {
    it(`stays under ${LIMIT / MiB} MiB, its children included: ${kind}`, async function () {
      const server = await servers.ready(this, kind);
      await using line = await startLine(server.port);
      const where = server.where(line.port, 'memory');
      const backup = await startBackup(fixture, [...where, '--max-segment-size', '8MiB']);
      try {
        let peak = 0;
        const look = async () => {
          peak = Math.max(peak, residentBytes(processTree(backup.running.pid)));
          await systemClock.sleep(LOOK_MS);
        };
        while (!backup.isOver() && line.bytes() < 40 * MiB) await look();
        line.stall();
        // What the source gives now has nowhere to go.
        for (let looks = 0; looks < LOOKS_AT_REST; looks += 1) await look();
        line.goOn();
        while (!backup.isOver()) await look();
        await backup.succeeds();
        assert.ok(peak < LIMIT, `${(peak / MiB).toFixed(1)} MiB`);
      } finally {
        await kill9(backup.running);
      }
    });
  }
});
