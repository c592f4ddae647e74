import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { assertSameTree, Fixture, kill9, noise, startAgent, untilStored } from '#test/support';

describe('two backups of one name at once', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  before(() => {
    fixture = new Fixture();
    fixture.write({ a: noise(3_000_000), b: noise(3_000_000, 2) });
  });
  after(() => fixture.remove());

  it('refuses the second, and the first is whole', async () => {
    const slow = ['--max-segment-size', '256KiB', '--bandwidth-limit', '2MiB'];
    const first = await startAgent([
      ...['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...fixture.where, ...slow],
    ]);
    let over = false;
    void first.exit.then(() => (over = true));
    await untilStored(fixture.container, 2, () => over);
    const second = await fixture.backup();
    assert.equal(second.code, 6, JSON.stringify(second.lines));
    assert.equal(second.failure?.['code'], 'backup.busy');
    const prune = await fixture.verify();
    assert.equal(prune.code, 0, 'what is being written is no damage');
    assert.deepEqual(await first.exit, { code: 0, signal: undefined });
    assert.equal((await fixture.list()).summary['restorePoints'], 1);
    assert.equal((await fixture.restore('target')).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, 'target'));
  });

  it('lets another name go on beside it', async () => {
    const slow = ['--max-segment-size', '256KiB', '--bandwidth-limit', '1MiB', '--no-incremental'];
    const first = await startAgent([
      ...['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...fixture.where, ...slow],
    ]);
    const other = await fixture.backup(['--backup-name', 'other']);
    assert.equal(other.code, 0, JSON.stringify(other.failure));
    await kill9(first);
  });
});
