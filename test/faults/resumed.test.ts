import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Failure, isFailure } from '#kernel';
import { faultyStorage, memoryStorage } from '#storage/testing';
import { runBackup, runRestore } from '#workflows';
import {
  assertSameTree,
  backupOrder,
  Fixture,
  kill9,
  noise,
  partsOn,
  restoreOrder,
  restsIn,
  startAgent,
  untilStored,
  type AgentRun,
} from '#test/support';

interface Resumed {
  readonly segments: number;
  readonly bytes: number;
}

const SEGMENTS = ['--no-incremental', '--max-segment-size', '256KiB'];
const SLOW = ['--bandwidth-limit', '3MiB'];

describe('a backup that goes on with one that was killed', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
    mkdirSync(join(fixture.place, 'work'));
    fixture.write(
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`file-${10 + i}`, noise(100_000, i + 1)])),
    );
  });
  afterEach(() => fixture.remove());

  const options = (extra: readonly string[] = SEGMENTS) => [
    ...[...extra, '--work-dir', join(fixture.place, 'work')],
    ...['--cache-dir', join(fixture.place, 'cache')],
  ];

  /** Killed when so many objects are stored. */
  async function killed(objects: number, more: readonly string[] = []): Promise<void> {
    const where = ['--path-to-backup', fixture.source, '--backup-name', 'test', ...fixture.where];
    const running = await startAgent(['backup', ...where, ...options(), ...SLOW, ...more]);
    let over = false;
    void running.exit.then(() => (over = true));
    // The container itself and the mark are objects, too.
    await untilStored(fixture.container, objects, () => over);
    await kill9(running);
    assert.ok(restsIn(fixture.container).length > 0, 'it was killed in time');
  }

  const resumedIn = (run: AgentRun) => run.summary['resumed'] as Resumed | undefined;
  const refusalIn = (run: AgentRun) =>
    run.lines.find((line) => line['type'] === 'resume-refused' || line['event'] === 'resume-refused');

  async function assertGood(target: string): Promise<void> {
    const rests = restsIn(fixture.container).filter((path) => !path.startsWith('verifications/'));
    assert.deepEqual(rests, [], 'nothing is left over');
    assert.deepEqual(readdirSync(join(fixture.place, 'work')), []);
    assert.deepEqual(readdirSync(join(fixture.place, 'cache', 'interrupted')), [], 'the journal is gone');
    const verified = await fixture.verify(['--read-data']);
    assert.equal(verified.code, 0, JSON.stringify(verified.lines));
    assert.equal((await fixture.restore(target)).code, 0);
    await assertSameTree(fixture.source, join(fixture.place, target));
  }

  /** Every segment that is stored, with the time of its file. */
  const segments = () =>
    new Map(
      readdirSync(fixture.container, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.includes('/segments/') && !path.includes('.firn-tmp'))
        .map((path) => [path, statSync(join(fixture.container, path))] as const)
        .filter(([, stats]) => stats.isFile())
        .map(([path, { mtimeMs, ino }]) => [path, `${mtimeMs} ${ino}`]),
    );

  for (let objects = 2; objects <= 12; objects += 1) {
    it(`at ${objects} objects stores again nothing that was there for good`, async () => {
      await killed(objects);
      const before = segments();
      const next = await fixture.backup(options());
      assert.equal(next.code, 0, JSON.stringify(next.failure));
      const resumed = resumedIn(next);
      if (resumed) {
        assert.ok(resumed.segments <= before.size);
        // What was on its way at most.
        assert.ok(before.size - resumed.segments <= 4, `${resumed.segments} of ${before.size}`);
        const kept = [...segments()].filter(([path, stamp]) => before.get(path) === stamp);
        assert.equal(kept.length, resumed.segments);
      } else assert.ok(before.size <= 4, `${before.size} segments were there`);
      await assertGood('after');
    });
  }

  it('keeps what lies before a change, and sees the change', async () => {
    await killed(11);
    fixture.write({ 'file-25': noise(90_000, 99) });
    const next = await fixture.backup(options());
    assert.equal(next.code, 0, JSON.stringify(next.failure));
    await assertGood('after');
    fixture.write({ 'file-12': noise(90_000, 98) });
    assert.equal((await fixture.backup(options(['--max-segment-size', '256KiB']))).summary['level'], 1);
    await assertGood('increment');
  });

  it('is killed again and again, with changes between, and ends whole', async () => {
    for (const [i, objects] of [4, 6, 8, 10].entries()) {
      await killed(objects);
      fixture.write({ [`file-${38 - i}`]: noise(70_000, 50 + i) });
    }
    const next = await fixture.backup(options());
    assert.equal(next.code, 0, JSON.stringify(next.failure));
    await assertGood('after');
  });

  it('of an increment goes on as well', async () => {
    assert.equal((await fixture.backup(options())).code, 0);
    fixture.write(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`new-${10 + i}`, noise(100_000, 60 + i)])),
    );
    const increment = ['--max-segment-size', '256KiB'];
    const where = ['--path-to-backup', fixture.source, '--backup-name', 'test', ...fixture.where];
    const running = await startAgent(['backup', ...where, ...options(increment), ...SLOW]);
    let over = false;
    void running.exit.then(() => (over = true));
    await untilStored(fixture.container, 7, () => over);
    await kill9(running);
    const next = await fixture.backup(options(increment));
    assert.equal(next.code, 0, JSON.stringify(next.failure));
    assert.equal(next.summary['level'], 1);
    assert.ok((resumedIn(next)?.segments ?? 0) > 0, JSON.stringify(next.lines.map((line) => line)));
    await assertGood('after');
  });

  const anew: Record<string, { readonly args?: readonly string[]; readonly act?: () => void }> = {
    'is asked to': { args: [...SEGMENTS, '--no-resume'] },
    'has other segments': { args: ['--no-incremental', '--max-segment-size', '300KiB'] },
    'compresses otherwise': { args: [...SEGMENTS, '--compression', 'gzip'] },
    'leaves something out': { args: [...SEGMENTS, '--exclude', '*.none'] },
    'has lost its cache': { act: () => rmSync(join(fixture.place, 'cache'), { recursive: true }) },
    'has another source': {
      act: () => {
        for (const name of readdirSync(fixture.source)) rmSync(join(fixture.source, name));
        fixture.write({ other: noise(400_000, 7) });
      },
    },
  };
  for (const [why, { args, act }] of Object.entries(anew)) {
    it(`begins anew when it ${why}`, async () => {
      await killed(9);
      act?.();
      const next = await fixture.backup(options(args));
      assert.equal(next.code, 0, JSON.stringify(next.failure));
      assert.equal(resumedIn(next)?.segments ?? 0, 0);
      if (args && !args.includes('--no-resume')) assert.ok(refusalIn(next), 'it says why');
      await assertGood('after');
    });
  }

  it('goes on only with the copies that hold all of it', async () => {
    const second = join(fixture.place, 'second');
    const copies = ['--container', second];
    await killed(9, copies);
    const [segment = ''] = readdirSync(second, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('segments/00000001'),
    );
    rmSync(join(second, segment));
    const next = await fixture.backup([...options(), ...copies]);
    assert.equal(next.code, 3, JSON.stringify(next.failure));
    assert.ok((resumedIn(next)?.segments ?? 0) > 0, JSON.stringify(next.lines));
    const states = next.summary['copies'] as { state: string; message?: string }[];
    assert.deepEqual(
      states.map(({ state }) => state),
      ['whole', 'late'],
    );
    assert.match(states[1]?.message ?? '', /lacks segments/);
    await assertGood('after');
  });

  it('whose storage was away finds what was stored; one that failed otherwise leaves nothing', async () => {
    const stored = memoryStorage();
    const work = join(fixture.place, 'work');
    const order = backupOrder(fixture.source);
    const signal = new AbortController().signal;
    const run = async (nth: number, code?: 'storage.full' | 'storage.unavailable') => {
      const failure = code && new Failure(code, 'no');
      const faults = failure ? [{ call: 'put' as const, nth, does: 'fail' as const, failure }] : [];
      const storage = faultyStorage(stored, faults);
      const parts = { ...partsOn(storage, work), stateCache: { directory: join(fixture.place, 'cache') } };
      try {
        return (await runBackup(parts, order, { signal })).resumed;
      } catch (error) {
        assert.ok(isFailure(error, code ?? 'input.invalid'), String(error));
        return undefined;
      } finally {
        await parts.close();
      }
    };
    // The key slot, the container, the mark, then segments.
    await run(12, 'storage.full');
    assert.equal(await run(100), undefined, 'nothing was left of that');
    fixture.write({ more: noise(2_000_000, 5) });
    await run(12, 'storage.unavailable');
    const resumed = await run(100);
    assert.ok((resumed?.segments ?? 0) >= 5, JSON.stringify(resumed));
    const parts = partsOn(stored, work);
    const target = join(fixture.place, 'after');
    await runRestore(parts, restoreOrder(target), { signal });
    await parts.close();
    await assertSameTree(fixture.source, target);
  });
});
