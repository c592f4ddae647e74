import assert from 'node:assert/strict';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { findProgram } from '#host';
import { agent, Fixture } from '#test/support';

/** A GNU tar on whose disk `./bad` cannot be read to its end: it stores zeros in its place, and says so. */
const FAILING_TAR = `#!/bin/sh
REAL "$@" || exit
case " $* " in
*" --create "*)
  echo "$0: \\"./bad\\": Read error at byte 0, while reading 10240 bytes: Input/output error" >&2
  exit 2 ;;
esac
`;

describe('a file whose reading failed in the middle', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let env: { PATH: string };
  beforeEach(async () => {
    fixture = new Fixture();
    fixture.write({ bad: 'zeros, as it were', good: 'good' });
    linkSync(join(fixture.source, 'bad'), join(fixture.source, 'linked'));
    const bin = join(fixture.place, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'gtar'), FAILING_TAR.replace('REAL', findProgram('tar') ?? 'tar'));
    chmodSync(join(bin, 'gtar'), 0o755);
    env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const run = await fixture.backup([], { env });
    assert.equal(run.code, 3, JSON.stringify(run.lines) + run.stderr);
    assert.deepEqual(run.summary['notices'], [
      { path: 'bad', state: 'skipped', reason: 'read error' },
      { path: 'linked', state: 'skipped', reason: 'hard link to "bad": read error' },
    ]);
  });
  afterEach(() => fixture.remove());

  const restored = (target: string, path: string) => join(fixture.place, target, path);

  it('is not restored, nor is a hard link to it, and both are counted', async () => {
    const run = await fixture.restore('target');
    assert.equal(run.code, 0, JSON.stringify(run.lines));
    assert.equal(run.summary['missingFromBackup'], 2);
    assert.equal(existsSync(restored('target', 'bad')), false);
    assert.equal(existsSync(restored('target', 'linked')), false);
    assert.equal(readFileSync(restored('target', 'good'), 'utf8'), 'good');
  });

  it('is not shown by cat, which says why, nor listed as stored', async () => {
    for (const path of ['bad', 'linked']) {
      const run = await agent(['cat', 'latest', path, '--backup-name', 'test', ...fixture.where]);
      assert.equal(run.code, 5, JSON.stringify(run.lines));
      assert.equal(run.failure?.['code'], 'backup.path-missing');
      assert.match(String(run.failure['message']), /could not be read/);
    }
    const run = await agent(['ls', 'latest', '--backup-name', 'test', ...fixture.where]);
    assert.equal(run.code, 0, JSON.stringify(run.lines));
    const told = run.lines.filter(({ type }) => type !== 'summary');
    assert.deepEqual(
      told.map(({ path, state }) => [path, state]),
      [
        ['.', undefined],
        ['good', undefined],
        ['bad', 'skipped'],
        ['linked', 'skipped'],
      ],
    );
  });

  it('is stored and restored by the next backup, when it can be read again', async () => {
    const next = await fixture.backup();
    assert.equal(next.code, 0, JSON.stringify(next.lines));
    assert.equal(next.summary['level'], 1);
    assert.equal((await fixture.restore('again')).code, 0);
    assert.equal(readFileSync(restored('again', 'bad'), 'utf8'), 'zeros, as it were');
    assert.equal(readFileSync(restored('again', 'linked'), 'utf8'), 'zeros, as it were');
  });
});
