import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  agent,
  assertSameTree,
  Fixture,
  isRoot,
  mounted,
  nobodyCanRun,
  noise,
  skipBecause,
  startAgent,
  untilStored,
  type AgentRun,
} from '#test/support';
import { systemClock } from '#kernel';

interface Noticed {
  readonly path: string;
  readonly state: string;
  readonly reason: string;
}

function notices(run: AgentRun): Noticed[] {
  return run.summary['notices'] as Noticed[];
}

describe('a source', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.remove());

  it('with unreadable files is backed up, the files are named, and the exit code is 3', async function () {
    if (!nobodyCanRun()) skipBecause(this, 'this build lies where nobody may not read');
    fixture.write({ 'open/file': 'a', 'closed/file': 'b', secret: 'c' });
    if (isRoot()) execFileSync('chown', ['-R', '65534:65534', fixture.place]);
    chmodSync(join(fixture.source, 'closed'), 0o000);
    chmodSync(join(fixture.source, 'secret'), 0o000);
    const run = await fixture.backup([], { asNobody: true });
    assert.equal(run.code, 3, JSON.stringify(run.lines) + run.stderr);
    assert.equal(run.failure?.['code'], 'source.incomplete');
    assert.equal(run.summary['state'], 'incomplete');
    assert.equal(run.summary['skipped'], 2);
    assert.deepEqual(
      notices(run)
        .map(({ path, state }) => [path, state])
        .sort(),
      [
        ['closed', 'skipped'],
        ['secret', 'skipped'],
      ],
    );
    for (const { reason } of notices(run)) assert.match(reason, /permission denied/i);

    // Readable again, without any change to the file itself: nothing stays out for ever.
    chmodSync(join(fixture.source, 'closed'), 0o755);
    chmodSync(join(fixture.source, 'secret'), 0o644);
    const next = await fixture.backup([], { asNobody: true });
    assert.equal(next.code, 0, JSON.stringify(next.lines));
    assert.equal(next.summary['level'], 1);
    assert.equal((await fixture.restore('target', [], { asNobody: true })).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, 'target'));
  });

  it('with a file that changes while it is read is stored well-formed, and the file is marked', async () => {
    // Longer than any buffer between: the limit makes the agent wait in the middle of it.
    fixture.write({ a: noise(30_000_000), z: 'last' });
    const log = join(fixture.source, 'a');
    const running = agent([
      ...['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...fixture.where],
      ...['--max-segment-size', '1MiB', '--bandwidth-limit', '20MiB'],
    ]);
    let over = false;
    void running.then(() => (over = true));
    while (!over) {
      appendFileSync(log, 'one more line\n');
      await systemClock.sleep(20);
    }
    const run = await running;
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.equal(run.summary['changed'], 1);
    assert.deepEqual(
      notices(run).map(({ path, state }) => [path, state]),
      [['a', 'changed']],
    );
    const target = join(fixture.place, 'target');
    assert.equal((await fixture.restore('target')).code, 0);
    assert.ok(readFileSync(join(target, 'a')).subarray(0, 30_000_000).equals(noise(30_000_000)));
    assert.equal(readFileSync(join(target, 'z'), 'utf8'), 'last');
    assert.equal((await fixture.verify(['--read-data'])).code, 0);
  });

  it('with a file that vanishes while others are read is backed up, and the file is named', async () => {
    fixture.write({ a: noise(20_000_000), zz: 'soon gone' });
    const args = ['--max-segment-size', '1MiB', '--bandwidth-limit', '10MiB'];
    const running = fixture.backup(args);
    let over = false;
    void running.then(() => (over = true));
    // The mark and some segments: directories are listed, and the large file is being read.
    await untilStored(fixture.container, 4, () => over);
    rmSync(join(fixture.source, 'zz'));
    const run = await running;
    assert.equal(run.code, 3, JSON.stringify(run.lines));
    assert.deepEqual(
      notices(run).map(({ path, state }) => [path, state]),
      [['zz', 'skipped']],
    );
    assert.equal((await fixture.restore('target')).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, 'target'), { mtimes: 'not-of-directories' });
  });

  it('is excluded in part by patterns, files of patterns and absolute paths', async () => {
    fixture.write({
      'keep/a': '1',
      'keep/b.tmp': '2',
      'cache/c': '3',
      'deep/cache/d': '4',
      'deep/e': '5',
      'exact/f': '6',
    });
    const patterns = join(fixture.place, 'patterns');
    writeFileSync(patterns, 'cache\n');
    const run = await fixture.backup([
      '--exclude',
      '*.tmp',
      '--exclude',
      join(fixture.source, 'exact'),
      '--exclude-file',
      patterns,
    ]);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    const listed = await agent(['ls', 'latest', '--backup-name', 'test', ...fixture.where]);
    const paths = listed.lines
      .filter((line) => line['type'] === 'entry' || line['path'])
      .map((line) => line['path']);
    assert.deepEqual(paths.sort(), ['.', 'deep', 'deep/e', 'keep', 'keep/a']);
  });

  it('begins anew when other things are left out, so that no old version shows through', async () => {
    fixture.write({ 'a.log': 'old', b: '1' });
    assert.equal((await fixture.backup()).summary['level'], 0);
    fixture.write({ 'a.log': 'newer' });
    const run = await fixture.backup(['--exclude', '*.log']);
    assert.equal(run.summary['level'], 0);
    assert.match(String(run.summary['reason']), /left out/);
    assert.equal((await fixture.backup(['--exclude', '*.log'])).summary['level'], 1);
    assert.equal((await fixture.restore('target')).code, 0);
    assert.equal(existsSync(join(fixture.place, 'target', 'a.log')), false);
  });

  it('with its own container inside does not back that up', async () => {
    fixture.write({ file: 'x' });
    const inside = join(fixture.source, 'backups');
    const args = [
      'backup',
      '--path-to-backup',
      fixture.source,
      '--backup-name',
      'test',
      '--container',
      inside,
    ];
    assert.equal((await agent(args)).code, 0);
    const run = await agent(args);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    const listed = await agent(['ls', 'latest', '--backup-name', 'test', '--container', inside]);
    assert.ok(listed.lines.every((line) => !JSON.stringify(line['path'] ?? '').startsWith('"backups/')));
  });

  it('stays on its file system when asked to', async function () {
    fixture.write({ 'here/file': '1' });
    const there = join(fixture.source, 'there');
    mkdirSync(there);
    const unmount = mounted(this, there);
    try {
      writeFileSync(join(there, 'other'), '2');
      const run = await fixture.backup(['--one-file-system']);
      assert.equal(run.code, 0, JSON.stringify(run.lines));
      const listed = await agent(['ls', 'latest', '--backup-name', 'test', ...fixture.where]);
      const paths = listed.lines.map((line) => line['path']);
      assert.ok(paths.includes('here/file') && !paths.includes('there/other'));
    } finally {
      unmount();
    }
  });

  it('is followed through symlinks and split into files when asked to', async () => {
    fixture.write({ 'real/file': 'content' });
    linkSync(join(fixture.source, 'real/file'), join(fixture.source, 'real/twin'));
    symlinkSync('real/file', join(fixture.source, 'link'));
    const typesWith = async (how: string) => {
      assert.equal((await fixture.backup(['--no-incremental', '--dereference-symlink', how])).code, 0);
      const listed = await agent(['ls', 'latest', '--backup-name', 'test', ...fixture.where]);
      const types = new Map(listed.lines.map((line) => [line['path'], line['kind']]));
      return [types.get('link'), types.get('real/twin') ?? types.get('real/file')];
    };
    assert.equal((await typesWith('soft'))[0] === 'symlink', false);
    assert.equal((await typesWith('hard'))[0], 'symlink');
  });

  it('of a gigabyte of holes stores and restores as holes', async () => {
    const path = join(fixture.source, 'sparse');
    closeSync(openSync(path, 'w'));
    execFileSync('truncate', ['-s', '9G', path]);
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4096', 'count=1', 'seek=1000000', 'conv=notrunc'], {
      stdio: 'ignore',
    });
    appendFileSync(path, 'the end');
    const run = await fixture.backup();
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.ok(Number(run.summary['storedBytes']) < 1_000_000);
    assert.equal((await fixture.restore('target')).code, 0);
    const restored = join(fixture.place, 'target', 'sparse');
    execFileSync('sh', [
      '-c',
      'test "$(stat -c %s "$1")" = 9663676423 && test "$(stat -c %b "$1")" -lt 1000',
      'sh',
      restored,
    ]);
    assert.equal(execFileSync('tail', ['-c', '7', restored], { encoding: 'utf8' }), 'the end');
  });

  it('that nobody changed costs next to nothing again', async () => {
    fixture.write(
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`d${i % 7}/f${i}`, noise(1000, i + 1)])),
    );
    assert.equal((await fixture.backup()).code, 0);
    const run = await fixture.backup();
    assert.equal(run.summary['level'], 1);
    assert.equal(run.summary['files'], 0);
    assert.ok(Number(run.summary['storedBytes']) < 10_000);
  });

  it('can be ended in the middle with SIGTERM: nothing is left, and exit code 130', async () => {
    fixture.write({ a: noise(20_000_000) });
    assert.equal((await fixture.backup(['--max-segment-size', '1MiB', '--exclude', 'a'])).code, 0);
    const running = await startAgent([
      ...[
        'backup',
        '--path-to-backup',
        fixture.source,
        '--backup-name',
        'test',
        '--no-incremental',
        ...fixture.where,
      ],
      ...['--max-segment-size', '1MiB', '--bandwidth-limit', '5MiB'],
    ]);
    let over = false;
    void running.exit.then(() => (over = true));
    await untilStored(fixture.container, 4, () => over);
    process.kill(running.pid, 'SIGTERM');
    assert.deepEqual(await running.exit, { code: 130, signal: undefined });
    const info = await agent(['info', '--container', fixture.container]);
    assert.equal(info.summary['backups'], 1);
    assert.equal(info.summary['unfinished'], 0);
  });
});
