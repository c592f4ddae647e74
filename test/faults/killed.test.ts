import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { assertSameTree, Fixture, kill9, noise, restsIn, startAgent, untilStored } from '#test/support';

describe('an agent that is killed with SIGKILL', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async () => {
    fixture = new Fixture();
    mkdirSync(join(fixture.place, 'work'));
    fixture.write(
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`file-${i}`, noise(100_000, i + 1)])),
    );
    assert.equal((await fixture.backup(['--max-segment-size', '256KiB'])).code, 0);
  });
  after(() => fixture.remove());

  const workDirectory = () => join(fixture.place, 'work');
  const args = () => [
    ...['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...fixture.where],
    ...['--no-incremental', '--max-segment-size', '256KiB', '--bandwidth-limit', '8MiB'],
    ...['--work-dir', workDirectory()],
  ];

  // The mark, each segment, catalogue, index, state: after each of them once, and at moments between.
  for (let objects = 0; objects <= 17; objects += 1) {
    it(`after ${objects} stored objects leaves earlier backups whole, and the next run needs no help`, async () => {
      const before = (await fixture.list()).summary['restorePoints'];
      const running = await startAgent(args());
      let over = false;
      void running.exit.then(() => (over = true));
      await untilStored(fixture.container, objects, () => over);
      await kill9(running);

      const listed = await fixture.list();
      assert.equal(listed.code, 0);
      assert.ok(Number(listed.summary['restorePoints']) >= Number(before));
      assert.equal(listed.summary['damaged'], 0);
      const next = await fixture.backup(['--max-segment-size', '256KiB', '--work-dir', workDirectory()]);
      assert.equal(next.code, 0, JSON.stringify(next.failure));
      assert.deepEqual(restsIn(fixture.container), [], 'the rests are swept');
      assert.deepEqual(readdirSync(workDirectory()), [], 'so are temporary files');
    });
  }

  it('has harmed nothing: every restore point verifies, and the newest restores', async () => {
    const verified = await fixture.verify(['--read-data']);
    assert.equal(verified.code, 0, JSON.stringify(verified.lines));
    assert.equal((await fixture.restore('after')).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, 'after'));
  });

  it('in the middle of a restore leaves the container as it was, and the restore can be repeated', async () => {
    const target = join(fixture.place, 'cut');
    const running = await startAgent([
      ...['restore', '--backup-name', 'test', '--restore-abs-path', target, ...fixture.where],
      ...['--bandwidth-limit', '2MiB'],
    ]);
    await new Promise<void>((resolve) => {
      const watcher = watch(fixture.place, { recursive: true }, (_event, name) => {
        if (name?.startsWith('cut/file')) {
          watcher.close();
          resolve();
        }
      });
      void running.exit.then(() => resolve());
    });
    await kill9(running);
    assert.equal((await fixture.restore('cut')).code, 0);
    await assertSameTree(fixture.source, target);
  });

  it('in the middle of a prune can be pruned again', async () => {
    const prune = ['prune', '--backup-name', 'test', '--container', fixture.container, '--keep-last', '1'];
    const running = await startAgent([...prune, '--encrypt-pass-file', fixture.pass]);
    const count = restsIn(fixture.container).length;
    let over = false;
    void running.exit.then(() => (over = true));
    await untilStored(fixture.container, count + 3, () => over);
    await kill9(running);
    const again = await startAgent([...prune, '--encrypt-pass-file', fixture.pass]);
    assert.deepEqual(await again.exit, { code: 0, signal: undefined });
    assert.deepEqual(restsIn(fixture.container), []);
    assert.equal((await fixture.verify(['--read-data'])).code, 0);
    assert.equal((await fixture.restore('pruned')).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, 'pruned'));
  });
});
