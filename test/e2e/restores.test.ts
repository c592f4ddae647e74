import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { runToEnd, systemCommands } from '#host';
import { agent, assertSameTree, Fixture, isRoot, nobodyCanRun, noise, skipBecause } from '#test/support';

describe('a restore', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  const ids: string[] = [];
  const at = (path: string) => join(fixture.place, path);
  const read = (path: string) => readFileSync(at(path), 'utf8');

  before(async () => {
    fixture = new Fixture();
    fixture.write({
      'etc/a.conf': 'a0',
      'etc/b.conf': 'b0',
      'var/log/x': 'x0',
      'var/log/y': 'y0',
      big: noise(400_000),
    });
    linkSync(join(fixture.source, 'etc/a.conf'), join(fixture.source, 'etc/a.link'));
    linkSync(join(fixture.source, 'etc/a.conf'), join(fixture.source, 'var/a.link'));
    symlinkSync('a.conf', join(fixture.source, 'etc/sym'));
    for (let level = 0; level < 3; level += 1) {
      if (level === 1) {
        fixture.write({ 'etc/b.conf': 'b1', 'etc/c.conf': 'c1' });
        unlinkSync(join(fixture.source, 'var/log/y'));
      }
      if (level === 2) fixture.write({ 'etc/c.conf': 'c2 longer' });
      const run = await fixture.backup(['--max-segment-size', '64KiB']);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      assert.equal(run.summary['level'], level);
      ids.push(String(run.summary['backup']));
    }
  });
  after(() => fixture.remove());

  it('of one file makes the directories on the way, and nothing else', async () => {
    const run = await fixture.restore('one', ['--include', 'var/log/x']);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.equal(read('one/var/log/x'), 'x0');
    assert.equal(run.summary['files'], 1);
    assert.equal(existsSync(at('one/etc')), false);
    assert.equal(statSync(at('one/var')).mtimeMs, statSync(join(fixture.source, 'var')).mtimeMs);
  });

  it('takes patterns, absolute paths of the source, and directories with all below', async () => {
    await fixture.restore('patterns', ['--include', '*.conf', '--include', join(fixture.source, 'var/log')]);
    assert.deepEqual(
      ['etc/a.conf', 'etc/b.conf', 'etc/c.conf', 'var/log/x', 'big', 'etc/sym'].map((path) =>
        existsSync(at(`patterns/${path}`)),
      ),
      [true, true, true, true, false, false],
    );
  });

  it('of hard links without what they point to keeps them one file', async () => {
    const run = await fixture.restore('links', ['--include', '*.link']);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.equal(read('links/etc/a.link'), 'a0');
    assert.equal(statSync(at('links/etc/a.link')).ino, statSync(at('links/var/a.link')).ino);
    assert.equal(existsSync(at('links/etc/a.conf')), false);
  });

  it('by date takes the newest point at or before it, and honours deletions', async () => {
    const listed = await fixture.list();
    const points = listed.lines.filter((line) => line['type'] === 'restore-point');
    const first = points.find((point) => point['id'] === ids[0]);
    await fixture.restore('dated', ['--restore-from-date', String(first?.['startedAt'])]);
    assert.equal(read('dated/etc/b.conf'), 'b0');
    assert.equal(read('dated/var/log/y'), 'y0');
    await fixture.restore('newest');
    assert.equal(read('newest/etc/c.conf'), 'c2 longer');
    assert.equal(existsSync(at('newest/var/log/y')), false);
  });

  it('overwrites as it is told', async () => {
    const fill = (name: string) => {
      mkdirSync(at(`${name}/etc`), { recursive: true });
      writeFileSync(at(`${name}/etc/b.conf`), 'mine, newer');
      writeFileSync(at(`${name}/etc/c.conf`), 'mine, older');
      utimesSync(at(`${name}/etc/c.conf`), 1000, 1000);
      writeFileSync(at(`${name}/foreign`), 'foreign');
    };
    const expected: Record<string, readonly string[]> = {
      never: ['mine, newer', 'mine, older'],
      'if-newer': ['mine, newer', 'c2 longer'],
      always: ['b1', 'c2 longer'],
    };
    for (const [how, contents] of Object.entries(expected)) {
      fill(how);
      const run = await fixture.restore(how, ['--overwrite', how]);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      assert.deepEqual([read(`${how}/etc/b.conf`), read(`${how}/etc/c.conf`)], contents, how);
      assert.equal(read(`${how}/foreign`), 'foreign');
      assert.equal(read(`${how}/var/log/x`), 'x0');
    }
  });

  it('as a dry run says what would be done, and does not even make the target', async () => {
    const run = await fixture.restore('dry', ['--dry-run']);
    assert.equal(run.code, 0);
    assert.equal(run.summary['files'], 5);
    assert.equal(existsSync(at('dry')), false);
  });

  it('never writes through a symlink that stands in the target', async () => {
    mkdirSync(at('outside/log'), { recursive: true });
    mkdirSync(at('trap'));
    symlinkSync(at('outside'), at('trap/var'));
    symlinkSync(at('outside/victim'), at('trap/big'));
    writeFileSync(at('outside/victim'), 'untouched');
    const never = await fixture.restore('trap', ['--overwrite', 'never']);
    assert.equal(never.code, 3, 'what is in the way is told');
    assert.equal(readlinkSync(at('trap/var')), at('outside'));
    assert.equal(existsSync(at('outside/log/x')), false);
    const always = await fixture.restore('trap');
    assert.equal(always.code, 0, JSON.stringify(always.failure));
    assert.equal(existsSync(at('outside/log/x')), false);
    assert.equal(read('outside/victim'), 'untouched');
    await assertSameTree(fixture.source, at('trap'));
  });

  it('leaves a directory that is in the way of a file, unless it may delete', async () => {
    mkdirSync(at('inway/big/inside'), { recursive: true });
    const careful = await fixture.restore('inway');
    assert.equal(careful.code, 3);
    assert.deepEqual(careful.summary['conflicts'], ['big']);
    assert.ok(existsSync(at('inway/big/inside')));
    assert.equal((await fixture.restore('inway', ['--delete'])).code, 0);
    await assertSameTree(fixture.source, at('inway'));
  });

  it('by an ordinary user says once what cannot be set, and counts it', async function () {
    if (!isRoot()) skipBecause(this, 'only root can make files of several owners');
    if (!nobodyCanRun()) skipBecause(this, 'this build lies where nobody may not read');
    execFileSync('mknod', [join(fixture.source, 'device'), 'c', '1', '3']);
    assert.equal((await fixture.backup()).code, 0);
    execFileSync('chmod', ['-R', 'a+rX', fixture.container]);
    execFileSync('chmod', ['755', fixture.place]);
    mkdirSync(at('users'));
    execFileSync('chown', ['65534:65534', at('users')]);
    const run = await fixture.restore('users', [], { asNobody: true });
    const notSet = run.summary['notSet'] as Record<string, number>;
    assert.equal(notSet['device'], 1, JSON.stringify(run.lines));
    assert.ok((notSet['owner'] ?? 0) > 5);
    assert.equal(run.lines.filter((line) => line['type'] === 'warning').length, 0);
    assert.equal(read('users/etc/b.conf'), 'b1');
    unlinkSync(join(fixture.source, 'device'));
  });

  it('by an ordinary user fills directories that nobody may write to, and closes them again', async function () {
    if (!nobodyCanRun()) skipBecause(this, 'this build lies where nobody may not read');
    const closed = new Fixture();
    try {
      closed.write({ 'a/b/file': 'in closed directories', 'a/file': 'closed', 'open/file': 'open' });
      linkSync(join(closed.source, 'a/b/file'), join(closed.source, 'open/link'));
      linkSync(join(closed.source, 'open/file'), join(closed.source, 'a/link'));
      symlinkSync('/else/where', join(closed.source, 'a/b/symlink'));
      for (const path of ['a/b', 'a']) chmodSync(join(closed.source, path), 0o555);
      const user = isRoot();
      if (user) execFileSync('chown', ['-R', '65534:65534', closed.source]);
      assert.equal((await closed.backup()).code, 0);
      execFileSync('chmod', ['-R', 'a+rX', closed.container]);
      execFileSync('chmod', ['755', closed.place]);
      const target = join(closed.place, 'users');
      mkdirSync(target);
      if (user) execFileSync('chown', ['65534:65534', target]);
      // The second time all of it is there, and closed.
      for (const _ of ['empty', 'full']) {
        const run = await closed.restore('users', [], { asNobody: user });
        assert.equal(run.code, 0, JSON.stringify(run.failure));
        await assertSameTree(closed.source, target);
      }
    } finally {
      execFileSync('chmod', ['-R', 'u+w', closed.place]);
      await closed.remove();
    }
  });

  it('is not needed for a look: ls, cat and a plain tar', async () => {
    const where = ['--backup-name', 'test', ...fixture.where];
    const listed = await agent(['ls', 'latest', join(fixture.source, 'etc'), ...where]);
    const paths = listed.lines.filter((line) => line['path'] !== undefined).map((line) => line['path']);
    assert.deepEqual(paths, ['etc', 'etc/a.conf', 'etc/a.link', 'etc/b.conf', 'etc/c.conf', 'etc/sym']);
    const file = await agent(['cat', ids[2] ?? '', 'etc/c.conf', ...where], { plain: true });
    assert.equal(file.stdout.toString(), 'c2 longer');
    const linked = await agent(['cat', 'latest', 'var/a.link', ...where], { plain: true });
    assert.equal(linked.stdout.toString(), 'a0');

    const tar = await agent(['cat', ids[0] ?? '', ...where], { plain: true });
    const names = await runToEnd(
      systemCommands,
      { program: 'tar', args: ['--list', '--file=-'] },
      { input: tar.stdout },
    );
    assert.equal(names.exit.code, 0, names.stderr);
    assert.match(names.stdout.toString(), /^\.\/var\/log\/x$/m);
  });

  it('can be done with GNU tar alone, level by level', async () => {
    mkdirSync(at('plain'));
    for (const id of ids) {
      const tar = await agent(['cat', id, '--backup-name', 'test', ...fixture.where], { plain: true });
      const args = ['--extract', '--listed-incremental=/dev/null', '--file=-', '-C', at('plain')];
      const { exit, stderr } = await runToEnd(
        systemCommands,
        { program: 'tar', args },
        { input: tar.stdout },
      );
      assert.equal(exit.code, 0, stderr);
    }
    await assertSameTree(fixture.source, at('plain'), { mtimes: 'not-of-directories' });
  });
});
