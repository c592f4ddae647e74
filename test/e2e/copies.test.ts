import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { agent, assertSameTree, Fixture, mounted, noise, type AgentRun } from '#test/support';

/** Every file below a directory with its bytes; results of verifications belong to a place, and are not copied. */
function contentsOf(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files
      .map((file) => join(file.parentPath, file.name))
      .filter((path) => !path.startsWith(join(directory, 'verifications')))
      .map((path) => [path.slice(directory.length), readFileSync(path, 'latin1')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The state of each copy, by name. */
function statesIn(run: AgentRun): Record<string, string> {
  const copies = run.summary['copies'] as { name: string; state: string }[];
  return Object.fromEntries(copies.map(({ name, state }) => [name, state]));
}

describe('a backup on several storages', function () {
  this.timeout(120_000);
  let fixture: Fixture;
  let second: string;
  let third: string;

  beforeEach(() => {
    fixture = new Fixture();
    second = join(fixture.place, 'second');
    third = join(fixture.place, 'third');
    fixture.write({ 'a/one': noise(200_000, 1), 'a/two': 'two', three: 'three' });
  });
  afterEach(() => fixture.remove());

  const both = () => ['--container', second];
  const from = (container: string, target: string, extra: readonly string[] = []) =>
    agent([
      ...['restore', '--backup-name', 'test', '--restore-abs-path', join(fixture.place, target)],
      ...['--container', container, '--encrypt-pass-file', fixture.pass, ...extra],
    ]);

  it('is the same on each, byte for byte, and each restores it alone', async () => {
    for (const change of ['first', 'next']) {
      fixture.write({ 'a/two': change });
      const run = await fixture.backup([
        ...both(),
        '--container',
        `file://${third}`,
        '--max-segment-size',
        '64KiB',
      ]);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      assert.deepEqual(statesIn(run), { local: 'whole', 'local-2': 'whole', file: 'whole' });
    }
    const contents = contentsOf(fixture.container);
    assert.deepEqual(contentsOf(second), contents);
    assert.deepEqual(contentsOf(third), contents);
    for (const container of [second, third]) {
      const target = `restored-${container === second ? 2 : 3}`;
      const run = await from(container, target);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      await assertSameTree(fixture.source, join(fixture.place, target));
    }
  });

  it('is no success when one is full, unless fewer copies are enough; the others are whole', async function () {
    const disk = join(fixture.place, 'disk');
    mkdirSync(disk);
    const unmount = mounted(this, disk, '1m');
    try {
      fixture.write({ large: noise(3_000_000, 2) });
      const broken = ['--container', join(disk, 'container')];
      const partial = await fixture.backup([...both(), ...broken]);
      assert.equal(partial.code, 3, JSON.stringify(partial.failure));
      assert.equal(partial.summary['state'], 'incomplete');
      assert.equal(partial.failure?.['code'], 'copies.incomplete');
      assert.match(
        String(partial.failure?.['message']),
        /2 of 3 copies are made, 3 are required; not made: local-3/,
      );
      assert.deepEqual(statesIn(partial), { local: 'whole', 'local-2': 'whole', 'local-3': 'failed' });
      assert.match(partial.stdout.toString(), /storage\.full/);
      const enough = await fixture.backup([...both(), ...broken, '--require-copies', '2']);
      assert.equal(enough.code, 0, JSON.stringify(enough.failure));
      assert.equal(enough.summary['state'], 'succeeded');
      assert.equal(statesIn(enough)['local-3'], 'late');
    } finally {
      unmount();
    }
    assert.equal((await from(second, 'restored')).code, 0);
  });

  it('leaves out a copy that lacks the base, until it was brought up to date', async () => {
    await fixture.backup();
    const late = await fixture.backup(both());
    assert.equal(late.code, 3);
    assert.deepEqual(statesIn(late), { local: 'whole', 'local-2': 'late' });
    const behind = await agent(['verify', '--container', fixture.container, ...both()]);
    assert.equal(behind.code, 3);
    assert.match(String(behind.failure?.['message']), /"local-2" lacks backups that another one has/);
    const copied = await agent(['copy', '--container', fixture.container, ...both()]);
    assert.equal(copied.code, 0, copied.stderr);
    assert.equal(copied.summary['backups'], 2);
    assert.deepEqual(contentsOf(second), contentsOf(fixture.container));
    const again = await agent(['copy', '--container', fixture.container, ...both()]);
    assert.equal(again.summary['objects'], 0);
    const whole = await fixture.backup(both());
    assert.equal(whole.code, 0, whole.stderr);
    assert.equal(whole.summary['level'], 2);
  });

  it('does not mix containers', async () => {
    await fixture.backup();
    await agent([
      ...['backup', '--path-to-backup', fixture.source, '--backup-name', 'test'],
      ...['--container', second, '--encrypt-pass-file', fixture.pass],
    ]);
    const before = contentsOf(second);
    const run = await fixture.backup(both());
    assert.equal(run.code, 3);
    assert.deepEqual(statesIn(run), { local: 'whole', 'local-2': 'failed' });
    assert.match(run.stdout.toString(), /copies\.different/);
    assert.deepEqual(contentsOf(second), before);
  });

  it('restores from what is whole here and there, frame by frame', async () => {
    await fixture.backup([...both(), '--max-segment-size', '64KiB']);
    const segments = [...contentsOf(second).keys()].filter((path) => path.includes('/segments/'));
    assert.ok(segments.length >= 3, `${segments.length} segments`);
    // Of each segment one copy is damaged, in turn; and one manifest, and one catalogue.
    const damage = (container: string, path: string) => {
      const bytes = readFileSync(join(container, path));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
      writeFileSync(join(container, path), bytes);
    };
    for (const [index, path] of segments.entries())
      damage(index % 2 === 0 ? fixture.container : second, path);
    for (const [container, name] of [
      [fixture.container, 'manifest'],
      [second, 'catalogue'],
      [fixture.container, 'index'],
    ] as const) {
      const path = [...contentsOf(container).keys()].find((each) => each.endsWith(`/${name}`));
      damage(container, path ?? '');
    }
    const alone = await from(second, 'alone');
    assert.notEqual(alone.code, 0);
    const verified = await agent(['verify', '--container', fixture.container, ...both()]);
    assert.equal(verified.code, 9);
    const damaged = (verified.summary['copies'] as { damaged: number }[]).map((copy) => copy.damaged);
    assert.deepEqual(damaged, [1, 1]);
    const run = await from(fixture.container, 'restored', both());
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    await assertSameTree(fixture.source, join(fixture.place, 'restored'));
  });

  it('is repaired by a copy where objects are missing', async () => {
    await fixture.backup(both());
    const contents = contentsOf(second);
    const [segment = ''] = [...contents.keys()].filter((path) => path.includes('/segments/'));
    rmSync(join(second, segment));
    const run = await agent(['copy', '--container', fixture.container, ...both(), '--from', 'local']);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.deepEqual(contentsOf(second), contents);
  });

  it('is described by a config file, whose secrets stand elsewhere', async () => {
    const config = join(fixture.place, 'job.ini');
    const sections = [`[storage:one]\nstorage = local\ncontainer = ${fixture.container}`];
    writeFileSync(config, [...sections, `[storage:two]\ncontainer = ${second}\n`].join('\n'));
    const options = ['--encrypt-pass-file', fixture.pass, '--config', config];
    const run = await agent(['backup', '-F', fixture.source, '-N', 'test', ...options]);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.deepEqual(statesIn(run), { one: 'whole', two: 'whole' });
    const one = await agent(['list', '--config', config, '--storage', 'two']);
    assert.equal(one.code, 0, one.stderr);
    mkdirSync(third);
    const yaml = join(third, 'job.yaml');
    writeFileSync(
      yaml,
      'storages:\n  nas: {kind: sftp, host: nas, user: firn, container: /b, password: hunter2}\n',
    );
    const refused = await agent(['list', '--config', yaml]);
    assert.equal(refused.code, 2);
    assert.match(refused.stdout.toString(), /passwordFile/);
    assert.ok(!`${refused.stdout.toString()}${refused.stderr}`.includes('hunter2'));
  });
});
