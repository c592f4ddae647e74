import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { removeTree } from '#host';
import { systemClock } from '#kernel';
import { agent, filesBelow, Fixture, kill9, noise, startMiddleman, type Middleman } from '#test/support';
import { ReachedServers } from './reached-servers.js';
import { assertWhole, startBackup, type TroubledBackup } from './troubled-backup.js';

const RUN = ['--max-segment-size', '256KiB', '--no-incremental', '--upload-limit', '1MiB'];
/** Mark, two segments at least, catalogue, index, state, manifest. */
const FEWEST_PUTS = 7;
const POLL_MS = 2;

/** How a test comes to know that the nth put of a run has begun. */
interface PutCount {
  /** Options of the run that is to be killed. */
  readonly where: readonly string[];
  /** Forgets what was put until now. */
  begin(): void;
  /** Objects that were put since, or are on their way. */
  count(): number;
}

describe('a backup that is killed with SIGKILL at every put of its run', function () {
  this.timeout(240_000);
  const servers = new ReachedServers();
  let fixture: Fixture;
  before(() => (fixture = new Fixture()));
  after(async () => {
    await servers[Symbol.asyncDispose]();
    await fixture.remove();
  });

  const listed = async (where: readonly string[]): Promise<number> => {
    const { code, stdout, summary } = await agent(['list', ...where]);
    assert.equal(code, 0, stdout.toString());
    assert.equal(summary['damaged'], 0);
    return Number(summary['restorePoints']);
  };
  const kept = () => join(fixture.place, 'kept');
  const keep = async () => {
    await removeTree(kept());
    execFileSync('cp', ['-a', fixture.source, kept()]);
  };

  /** Kills a run at its nth put, for every n there is; whatever is listed then is whole, and what it was. */
  async function everyPut(past: readonly string[], puts: PutCount): Promise<void> {
    await removeTree(fixture.source);
    fixture.write(
      Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`file-${i}`, noise(150_000, i + 1)])),
    );
    await (await startBackup(fixture, [...past, ...RUN])).succeeds();
    await keep();
    let committed = await listed(past);
    let met = 0;
    for (let isMet = true; isMet; met += isMet ? 1 : 0) {
      fixture.write({ 'changed each time': `before put ${met + 1}` });
      puts.begin();
      const backup = await startBackup(fixture, [...puts.where, ...RUN]);
      await untilPut(puts, met + 1, backup);
      await kill9(backup.running);
      isMet = (await backup.running.exit).code === undefined;
      const now = await listed(past);
      // The answer of the last put may be lost with who waited for it.
      assert.ok(now === committed || now === committed + 1, `put ${met + 1}: ${committed}, then ${now}`);
      if (!isMet) assert.equal(now, committed + 1, 'what has succeeded is listed');
      if (now > committed) await keep();
      committed = now;
      assert.equal(await assertWhole(fixture, past, kept()), committed);
    }
    assert.ok(met >= FEWEST_PUTS, `only ${met} puts were met`);
    await (await startBackup(fixture, [...past, ...RUN])).succeeds();
    assert.equal(await listed(past), committed + 1);
  }

  it('harms nothing: sftp', async function () {
    const server = await servers.ready(this, 'sftp');
    const past = server.where(server.port, 'killed');
    const directory = past[past.indexOf('--container') + 1] ?? '';
    let before: ReadonlySet<string>;
    await everyPut(past, {
      where: past,
      begin: () => (before = new Set(filesBelow(directory))),
      // Whether they are whole or still have a temporary name.
      count: () => filesBelow(directory).filter((name) => !before.has(name)).length,
    });
  });

  it('harms nothing: s3', async function () {
    const server = await servers.ready(this, 's3');
    await using man = await startMiddleman(server.port);
    let since = 0;
    await everyPut(server.where(server.port, 'killed'), {
      where: server.where(man.port, 'killed'),
      begin: () => (since = man.heard.length),
      count: () => putsIn(man, since),
    });
  });
});

async function untilPut(puts: PutCount, n: number, { isOver }: TroubledBackup): Promise<void> {
  while (!isOver() && puts.count() < n) await systemClock.sleep(POLL_MS);
}

/** Of objects; those of containers have no path below. */
function putsIn({ heard }: Middleman, since: number): number {
  const isObject = ({ path }: { path: string }) => path.split('?')[0]?.includes('/backups/');
  return heard.slice(since).filter((request) => request.method === 'PUT' && isObject(request)).length;
}
