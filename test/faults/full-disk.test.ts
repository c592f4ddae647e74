import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { agent, assertSameTree, Fixture, mounted, noise } from '#test/support';

describe('a disk that fills up in the middle', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let disk: string;
  let unmount: (() => void) | undefined;
  before(function () {
    fixture = new Fixture();
    disk = join(fixture.place, 'disk');
    mkdirSync(disk);
    unmount = mounted(this, disk);
  });
  after(async () => {
    unmount?.();
    await fixture.remove();
  });

  const where = () => ['--container', join(disk, 'container'), '--encrypt-pass-file', fixture.pass];
  const backup = (...extra: string[]) =>
    agent(['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...where(), ...extra]);

  it('fails with storage.full and the place, and the earlier backup stays whole', async () => {
    fixture.write({ small: noise(2_000_000) });
    assert.equal((await backup('--max-segment-size', '512KiB')).code, 0);
    fixture.write({ large: noise(9_000_000, 3) });
    const run = await backup('--max-segment-size', '512KiB');
    assert.equal(run.code, 8, JSON.stringify(run.lines));
    assert.equal(run.failure?.['code'], 'storage.full');
    assert.match(String(run.failure?.['message']), /container/);
    const verified = await agent(['verify', '--read-data', ...where()]);
    assert.equal(verified.code, 0, JSON.stringify(verified.lines));
    assert.equal(verified.summary['backups'], 1);
  });

  it('has room again afterwards: what was stored in vain is gone', async () => {
    fixture.write({ large: noise(100_000, 4) });
    const run = await backup();
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    const target = join(fixture.place, 'target');
    assert.equal(
      (await agent(['restore', '--backup-name', 'test', '--restore-abs-path', target, ...where()])).code,
      0,
    );
    await assertSameTree(fixture.source, target);
  });

  it('can be pruned with no byte free', async () => {
    execFileSync('sh', ['-c', `head -c 9000000 /dev/zero > "$1/fill" || true`, 'sh', disk], {
      stdio: 'ignore',
    });
    const run = await agent([
      'prune',
      '--backup-name',
      'test',
      '--keep-last',
      '1',
      '--container',
      join(disk, 'container'),
      '--encrypt-pass-file',
      fixture.pass,
    ]);
    assert.equal(run.code, 0, JSON.stringify(run.lines));
  });

  it('a restore onto a full disk says which', async () => {
    const run = await agent([
      'restore',
      '--backup-name',
      'test',
      '--restore-abs-path',
      join(disk, 'target'),
      ...where(),
    ]);
    assert.notEqual(run.code, 0);
    assert.equal(run.failure?.['code'], 'storage.full', JSON.stringify(run.failure));
    assert.match(String(run.failure?.['message']), /target/);
  });
});
