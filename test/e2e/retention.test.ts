import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { agent, Fixture, noise, type AgentLine, type AgentRun } from '#test/support';

const itemsOf = (run: AgentRun, type: string) => run.lines.filter((line) => line['type'] === type);
const idsOf = (run: AgentRun, type: string) => itemsOf(run, type).map((line) => line['id']);

describe('retention, as people use it', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.remove());

  const prune = (...args: string[]) => agent(['prune', '--backup-name', 'test', ...fixture.where, ...args]);
  const backup = async (...args: string[]): Promise<string> => {
    const run = await fixture.backup(args);
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    return String(run.summary['backup']);
  };
  const points = async () => itemsOf(await fixture.list(), 'restore-point');

  it('removes what no keep rule keeps, of full backups of one day all but the newest', async () => {
    fixture.write({ file: 'x' });
    for (let i = 0; i < 3; i += 1) await backup('--no-incremental');
    const rules = ['--keep-daily', '7', '--keep-weekly', '4', '--time-zone', 'Europe/Paris'];
    const dry = await prune(...rules, '--dry-run');
    const all = await points();
    assert.equal(all.length, 3);
    const run = await prune(...rules);
    assert.deepEqual([run.code, run.summary['removed'], run.summary['kept']], [0, 2, 1]);
    assert.deepEqual(idsOf(run, 'remove'), idsOf(dry, 'remove'));
    const reasons = itemsOf(run, 'keep')[0]?.['reasons'] as string[];
    assert.ok(reasons.some((reason) => /^newest of \d{4}-\d\d-\d\d \(daily 1 of 7\)$/.test(reason)));
    assert.equal((await prune(...rules)).summary['removed'], 0);
  });

  it('goes by labels, which are listed with the restore points', async () => {
    fixture.write({ file: 'x' });
    const audit = await backup('--no-incremental', '--label', 'audit', '--label', 'monthly');
    const trials = [
      await backup('--no-incremental', '--label', 'trial'),
      await backup('--no-incremental', '--label', 'trial'),
    ];
    const plain = await backup('--no-incremental');
    const newest = await backup('--no-incremental');
    assert.deepEqual((await points()).find((each) => each['id'] === audit)?.['labels'], ['audit', 'monthly']);
    assert.deepEqual(idsOf(await prune('--only-label', 'trial', '--keep-last', '1'), 'remove'), [trials[0]]);
    const run = await prune('--keep-last', '1', '--keep-label', 'audit');
    assert.deepEqual(idsOf(run, 'remove'), [trials[1], plain]);
    assert.deepEqual(
      (await points()).map((each) => each['id']),
      [newest, audit],
    );
    const table = await agent(['list', '--container', fixture.container], { plain: true });
    assert.match(table.stdout.toString(), /LABELS[^]*audit, monthly/);
  });

  it('removes nothing and says what is missing when no rule is given', async () => {
    fixture.write({ file: 'x' });
    await backup();
    for (const rules of [[], ['--keep-label', 'x'], ['--only-label', 'x']]) {
      const run = await prune(...rules);
      assert.deepEqual([run.code, run.failure?.['code']], [2, 'input.missing-option']);
    }
  });

  it('keeps what is held, with what it stands on, until it is released', async () => {
    fixture.write({ file: 'x' });
    const full = await backup();
    const held = await backup();
    const newest = await backup('--no-incremental');
    const hold = (...args: string[]) => agent(['hold', held, '--container', fixture.container, ...args]);
    assert.equal((await hold('--until', '2000-01-01')).code, 2);
    assert.equal((await hold('--reason', 'the audit')).code, 0);
    assert.equal((await points()).find((each) => each['id'] === held)?.['hold'], 'held: the audit');
    const run = await prune('--keep-last', '1');
    assert.deepEqual([run.code, run.summary['removed']], [0, 0]);
    assert.deepEqual(idsOf(run, 'keep'), [newest, held, full]);
    assert.equal((await hold('--release')).code, 0);
    assert.deepEqual(idsOf(await prune('--keep-last', '1'), 'remove'), [held, full]);
  });

  it('lists in a dry run what is of no use, and takes it away', async () => {
    fixture.write({ file: 'x' });
    await backup();
    const series = join(fixture.container, 'backups', String((await points())[0]?.['hostname']), 'test');
    const rest = join(series, '20200101T000000Z-00000000/0-20200101T000000Z-00000000/segments');
    mkdirSync(rest, { recursive: true });
    writeFileSync(join(rest, '00000000'), 'rest');
    const dry = await prune('--keep-last', '1', '--dry-run');
    assert.deepEqual(
      itemsOf(dry, 'orphan').map((line) => [line['reason'], line['goes']]),
      [['left over from a deletion', true]],
    );
    const verified = await fixture.verify();
    assert.deepEqual([verified.code, verified.summary['orphans']], [0, 1]);
    assert.equal((await prune('--keep-last', '1')).summary['swept'], 1);
    assert.equal((await fixture.verify()).summary['orphans'], 0);
    assert.equal(readdirSync(series).length, 1);
  });
});

describe('verification, as people use it', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let segments: string;
  beforeEach(async () => {
    fixture = new Fixture();
    fixture.write({ one: noise(40_000), two: noise(40_000, 2) });
    assert.equal((await fixture.backup(['--max-segment-size', '8KiB'])).code, 0);
    const [point] = itemsOf(await fixture.list(), 'restore-point') as [AgentLine];
    const series = join(
      fixture.container,
      'backups',
      String(point['hostname']),
      'test',
      String(point['chain']),
    );
    segments = join(series, `0-${String(point['id'])}`, 'segments');
  });
  afterEach(() => fixture.remove());
  const withoutKey = (...args: string[]) => agent(['verify', '--container', fixture.container, ...args]);
  const lastVerified = async () =>
    itemsOf(await fixture.list(), 'restore-point')[0]?.['lastVerified'] as AgentLine | undefined;

  it('of a sample needs no key, says what was read, and can be repeated', async () => {
    assert.equal(await lastVerified(), undefined);
    const run = await withoutKey('--read-data-subset', '20%');
    assert.equal(run.code, 0, JSON.stringify(run.failure));
    const { seed, bytes, ofBytes, objects, ofObjects } = run.summary;
    assert.ok(Number(objects) < Number(ofObjects) && Number(bytes) < Number(ofBytes));
    const again = await withoutKey('--read-data-subset', '20%', '--subset-seed', String(seed));
    assert.deepEqual([again.summary['bytes'], again.summary['seed']], [bytes, seed]);
    const last = await lastVerified();
    assert.deepEqual([last?.['scope'], last?.['bytes'], last?.['ofBytes']], ['sample', bytes, ofBytes]);
    assert.equal(last?.['wholeAt'], undefined);

    const whole = await fixture.verify(['--read-data']);
    assert.deepEqual([whole.code, whole.summary['kept']], [0, true]);
    assert.equal((await lastVerified())?.['scope'], 'data');
    const info = await agent(['info', '--container', fixture.container]);
    assert.equal(info.summary['neverVerified'], 0);
  });

  it('in seven parts finds the one damaged segment in exactly one of them, and names object and files', async () => {
    const damaged = join(segments, '00000003');
    const bytes = readFileSync(damaged);
    bytes[200]! ^= 1;
    rmSync(damaged);
    writeFileSync(damaged, bytes);
    const found: AgentRun[] = [];
    for (let part = 1; part <= 7; part += 1) {
      const run = await fixture.verify(['--read-data-subset', `${part}/7`]);
      if (run.code !== 0) found.push(run);
    }
    assert.equal(found.length, 1);
    assert.equal(found[0]?.code, 9);
    const [verified] = itemsOf(found[0], 'verified') as [AgentLine];
    const [finding] = verified['findings'] as [AgentLine];
    assert.match(String(finding['thing']), /segments\/00000003$/);
    assert.ok((verified['lost'] as string[]).length > 0);
    const table = await agent(['list', '--container', fixture.container], { plain: true });
    assert.match(table.stdout.toString(), /VERIFIED/);
  });

  it('refuses shares that make no sense together or at all', async () => {
    for (const args of [
      ['--read-data-subset', '0%'],
      ['--read-data-subset', '8/7'],
      ['--read-data-subset', '5%', '--read-data'],
      ['--subset-seed', 'x'],
    ]) {
      assert.equal((await fixture.verify(args)).code, 2, args.join(' '));
    }
  });
});
