import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { agent, agentMain, assertSameTree, Fixture, passFile, type AgentLine } from '#test/support';

describe('keys', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  before(async () => {
    fixture = new Fixture();
    fixture.write({ file: 'content' });
    assert.equal((await fixture.backup()).code, 0);
  });
  after(() => fixture.remove());
  const key = (words: string[], ...extra: string[]) =>
    agent(['key', ...words, '--container', fixture.container, ...extra]);
  const restores = async (pass: string) =>
    (await agent(['verify', '--read-data', '--container', fixture.container, '--encrypt-pass-file', pass]))
      .code;

  it('can be added, used, listed and removed; the last one stays', async () => {
    const second = passFile(fixture.place, 'second', 'second');
    const added = await key(['add'], '--encrypt-pass-file', fixture.pass, '--new-pass-file', second);
    assert.equal(added.code, 0, JSON.stringify(added.failure));
    assert.equal(await restores(second), 0);
    const listed = await key(['list']);
    const slots = listed.summary['slots'] as AgentLine[];
    assert.equal(slots.length, 2);
    const first = slots.find((slot) => slot['slot'] !== added.summary['slot'])?.['slot'];
    assert.equal((await key(['remove', String(first)], '--encrypt-pass-file', second)).code, 0);
    assert.equal(await restores(fixture.pass), 4);
    assert.equal(await restores(second), 0);
    const last = await key(['remove', String(added.summary['slot'])], '--encrypt-pass-file', second);
    assert.equal(last.code, 6);
    assert.equal(last.failure?.['code'], 'key.last-slot');
    await key(['add'], '--encrypt-pass-file', second, '--new-pass-file', fixture.pass);
  });

  it('lost, are recovered with the recovery key', async () => {
    const added = await key(['add', 'recovery'], '--encrypt-pass-file', fixture.pass);
    const paper = join(fixture.place, 'paper');
    writeFileSync(paper, `${String(added.summary['recoveryKey']).toLowerCase()}\n`);
    const fresh = passFile(fixture.place, 'fresh', 'fresh');
    const recovered = await key(['recover'], '--recovery-key-file', paper, '--new-pass-file', fresh);
    assert.equal(recovered.code, 0, JSON.stringify(recovered.failure));
    assert.equal(await restores(fresh), 0);
    writeFileSync(paper, 'FIRN-00000-00000\n');
    const wrong = await key(['recover'], '--recovery-key-file', paper, '--new-pass-file', fresh);
    assert.equal(wrong.code, 4);
    assert.equal(wrong.failure?.['code'], 'key.recovery-wrong');
  });

  it('never show: not in output, and not in anything that is stored', async () => {
    const run = await agent(['list', '--container', fixture.container, '--verbose'], {
      env: { FIRN_PASSPHRASE: 'correct horse' },
    });
    const stored = spawnSync('grep', ['-rlaF', 'correct horse', fixture.container], { encoding: 'utf8' });
    assert.equal(run.stdout.includes('correct horse'), false);
    assert.deepEqual([stored.status, stored.stdout], [1, '']);
  });
});

describe('prune', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.remove());
  const prune = (...args: string[]) => agent(['prune', '--backup-name', 'test', ...fixture.where, ...args]);

  it('shows its reasons, removes nothing in a dry run, and then exactly what it said', async () => {
    for (let i = 0; i < 6; i += 1) {
      fixture.write({ file: `generation ${i}` });
      assert.equal((await fixture.backup(['--max-level', '1'])).code, 0);
    }
    const dry = await prune('--keep-last', '3', '--dry-run');
    const said = (verdict: string) =>
      dry.lines.filter((line) => line['type'] === verdict).map((line) => line['id']);
    // Three points are kept, and the level 0 that one of them stands on.
    assert.equal(said('keep').length, 4);
    assert.equal(said('remove').length, 2);
    for (const line of dry.lines.filter((each) => each['type'] === 'keep'))
      assert.ok((line['reasons'] as string[]).length > 0);
    assert.equal((await fixture.list()).summary['restorePoints'], 6);

    assert.equal((await prune('--keep-last', '3')).summary['removed'], 2);
    const left = (await fixture.list()).lines.filter((line) => line['type'] === 'restore-point');
    assert.deepEqual(left.map((line) => line['id']).sort(), said('keep').sort());
    assert.ok(left.every((line) => line['whole'] === true));
    assert.equal((await fixture.verify(['--read-data'])).code, 0);
    assert.equal((await fixture.restore('target')).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, 'target'));
  });

  it('by age keeps what is younger, under the name admin as well', async () => {
    fixture.write({ file: 'x' });
    assert.equal((await fixture.backup()).code, 0);
    const run = await agent([
      '--action',
      'admin',
      '--backup-name',
      'test',
      ...fixture.where,
      '--remove-older-than',
      '1',
    ]);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.equal(run.summary['removed'], 0);
    const future = await prune('--remove-from-date', '2099-01-01');
    assert.equal(future.code === 0 && future.summary['removed'] === 0, true, 'the newest good backup stays');
  });

  it('without any rule is refused', async () => {
    fixture.write({ file: 'x' });
    await fixture.backup();
    const run = await prune();
    assert.equal(run.code, 2, JSON.stringify(run.lines));
  });
});

describe('what the agent prints', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  before(() => {
    fixture = new Fixture();
    fixture.write({ file: 'content' });
  });
  after(() => fixture.remove());

  it('with --json is one object a line, and a summary last', async () => {
    const run = await fixture.backup();
    for (const line of run.stdout.toString().trimEnd().split('\n'))
      assert.ok((JSON.parse(line) as AgentLine)['type']);
    assert.equal(run.lines.at(-1)?.['type'], 'summary');
    assert.equal(run.summary['exitCode'], 0);
    assert.equal(run.stderr, '');
  });

  it('without is for people: results on standard output, failures with a hint on standard error', async () => {
    const good = await fixture.backup([], { plain: true });
    assert.match(good.stdout.toString(), /^backup \d{8}T\d{6}Z-[0-9a-f]{8}: level 1/);
    const bad = await agent(
      ['restore', '--backup-name', 'nobody', '--restore-abs-path', '/nowhere', ...fixture.where],
      { plain: true },
    );
    assert.equal(bad.code, 5);
    assert.match(bad.stderr, /^backup\.missing: .*\n {2}Look up the restore points/);
    const quiet = await fixture.backup(['--quiet'], { plain: true });
    assert.equal(quiet.stdout.length + quiet.stderr.length, 0);
  });

  it('may be read only in part', async () => {
    const call = `"$0" "$1" ls latest --backup-name test --container "$2" --encrypt-pass-file "$3" | head -c 1; exit "\${PIPESTATUS[0]}"`;
    const args = ['-c', call, process.execPath, agentMain, fixture.container, fixture.pass];
    const run = spawnSync('bash', args, { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stderr, '');
  });

  it('for --metadata-out has the keys that Freezer knows', async () => {
    const path = join(fixture.place, 'metadata.json');
    const run = await fixture.backup(['--metadata-out', path]);
    const document = JSON.parse(readFileSync(path, 'utf8')) as AgentLine;
    assert.equal(document['backup_name'], 'test');
    assert.equal(document['curr_backup_level'], run.summary['level']);
    assert.equal(document['backup_id'], run.summary['backup']);
    assert.ok(Number.isInteger(document['time_stamp']));
    const printed = await fixture.backup(['--metadata-out', '-', '--quiet'], { plain: true });
    assert.equal((JSON.parse(printed.stdout.toString()) as AgentLine)['action'], 'backup');
  });

  it('of a dry run is what would be done, and nothing is stored', async () => {
    const before = (await fixture.list()).summary['restorePoints'];
    const run = await fixture.backup(['--dry-run', '--no-incremental']);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    assert.equal(run.summary['files'], 1);
    assert.equal((await fixture.list()).summary['restorePoints'], before);
    const place = join(fixture.place, 'never made');
    const fresh = await agent([
      'backup',
      '--path-to-backup',
      fixture.source,
      '--backup-name',
      'x',
      '--container',
      place,
      '--dry-run',
    ]);
    assert.equal(fresh.code, 0, JSON.stringify(fresh.failure));
    assert.equal(existsSync(place), false);
  });

  it('goes to a log file as JSON lines, too', async () => {
    const log = join(fixture.place, 'log');
    await fixture.backup(['--log-file', log, '--verbose']);
    const lines = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AgentLine);
    assert.ok(lines.some((line) => line['msg'] === 'step ended' && line['step'] === 'commit'));
    assert.equal(JSON.stringify(lines).includes('correct horse'), false);
  });

  for (const [format, text] of [
    [
      'json',
      (f: Fixture) =>
        JSON.stringify({
          action: 'backup',
          'path-to-backup': f.source,
          backupName: 'file',
          container: f.container,
          encrypt_pass_file: f.pass,
        }),
    ],
    [
      'yaml',
      (f: Fixture) =>
        `action: backup\npath_to_backup: ${f.source}\nbackup_name: file\ncontainer: ${f.container}\nencrypt_pass_file: ${f.pass}\n`,
    ],
    [
      'ini',
      (f: Fixture) =>
        `[default]\naction = backup\nmode = fs\npath_to_backup = ${f.source}\nbackup_name = file\nstorage = local\ncontainer = ${f.container}\nencrypt_pass_file = ${f.pass}\nmax_segment_size = 1048576\n`,
    ],
  ] as const) {
    it(`is the same when a ${format} file says what to do`, async () => {
      const path = join(fixture.place, `job.${format}`);
      writeFileSync(path, text(fixture));
      const run = await agent(['--config', path]);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      assert.equal(run.summary['name'], 'file');
    });
  }

  it('for exec is what the command prints, and its exit code', async () => {
    const run = await agent(['exec', '--command', "sh -c 'echo hello; exit 42'", '--quiet'], { plain: true });
    assert.equal(run.code, 42);
    assert.equal(run.stdout.toString(), 'hello\n');
    const words = await agent(['exec', '--quiet', '--', 'sh', '-c', 'echo "$0 $1"', 'a b', ';$x'], {
      plain: true,
    });
    assert.equal(words.stdout.toString(), 'a b ;$x\n');
    const missing = await agent(['exec', '--command', 'no-such-program-anywhere']);
    assert.equal(missing.code, 5);
    assert.equal(missing.failure?.['code'], 'command.missing');
  });

  it('as help names every action and shows examples', async () => {
    const help = await agent(['--help'], { plain: true });
    for (const action of [
      'backup',
      'restore',
      'list',
      'ls',
      'cat',
      'verify',
      'info',
      'exec',
      'prune',
      'hold',
      'key',
    ]) {
      assert.match(help.stdout.toString(), new RegExp(`^ {2}${action}`, 'm'));
      const one = await agent([action, '--help'], { plain: true });
      assert.match(one.stdout.toString(), /Examples:\n {2}\S*.*firn-agent/);
    }
  });
});
