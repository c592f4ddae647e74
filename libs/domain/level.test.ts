import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { baseFor, levelPolicyProblems, restorePointOf, type Backup, type LevelPolicy } from '#domain';
import { backup, chain, NOW, someBackups } from './testing/chains.js';

const incremental: LevelPolicy = { incremental: true };

/** The levels that a daily job gets, from nothing, `count` days long. */
function levelsOf(policy: LevelPolicy, count: number): readonly number[] {
  const made: Backup[] = [];
  for (let day = count; day > 0; day -= 1) {
    const { base } = baseFor(made, policy, new Date(NOW.getTime() - day * 86_400_000));
    made.push(backup(day, base));
  }
  return made.map((each) => each.level);
}

describe('the level of the next backup', () => {
  const table: readonly { why: string; policy: LevelPolicy; levels: readonly number[] }[] = [
    { why: 'climbs without end', policy: incremental, levels: [0, 1, 2, 3, 4, 5, 6] },
    { why: 'is 0 when not incremental', policy: { incremental: false }, levels: [0, 0, 0] },
    {
      why: 'starts over after the highest',
      policy: { ...incremental, maxLevel: 2 },
      levels: [0, 1, 2, 0, 1, 2, 0],
    },
    { why: 'is 0 when 0 is the highest', policy: { ...incremental, maxLevel: 0 }, levels: [0, 0, 0] },
    {
      why: 'repeats the differential level',
      policy: { ...incremental, alwaysLevel: 2 },
      levels: [0, 1, 2, 2, 2, 2],
    },
    { why: 'is 0 when 0 is repeated', policy: { ...incremental, alwaysLevel: 0 }, levels: [0, 0, 0] },
    {
      why: 'starts over by the age of level 0, not of the latest backup',
      policy: { ...incremental, restartAfterDays: 3 },
      levels: [0, 1, 2, 0, 1, 2, 0],
    },
    {
      why: 'starts over by age in a differential chain too',
      policy: { ...incremental, alwaysLevel: 1, restartAfterDays: 4 },
      levels: [0, 1, 1, 1, 0, 1],
    },
  ];
  for (const { why, policy, levels } of table) {
    it(why, () => assert.deepEqual(levelsOf(policy, levels.length), levels));
  }

  it('of differential backups stands on the newest one of the level below, again and again', () => {
    const [full, one] = chain(9, 8) as [Backup, Backup];
    const newerOne = backup(7, full);
    const two = backup(6, newerOne);
    const decision = baseFor([two, one, full, newerOne], { ...incremental, alwaysLevel: 2 }, NOW);
    assert.equal(decision.base, newerOne);
    assert.equal(decision.reason, `level 2: stands on level 1 ${newerOne.id}`);
  });

  it('stands on the newest backup of the newest chain only', () => {
    const old = chain(9, 2, 1);
    const young = chain(5, 4);
    assert.equal(baseFor([...young, ...old], incremental, NOW).base, young[1]);
  });

  it('takes the greater id for the newer one when two started at the same moment', () => {
    const first = backup(3);
    const second = backup(3);
    assert.equal(baseFor([second, first], incremental, NOW).base, second);
    assert.equal(baseFor([first, second], incremental, NOW).base, second);
  });

  it('leaves out a backup whose base is missing, and takes the newest whole one', () => {
    const [full, one, , three] = chain(9, 8, 7, 6) as [Backup, Backup, Backup, Backup];
    const decision = baseFor([full, one, three], incremental, NOW);
    assert.deepEqual([decision.base, decision.level], [one, 2]);
  });

  it('goes back to an older chain when the level 0 of the newest is missing', () => {
    const old = chain(9, 8);
    const [, headless] = chain(5, 4) as [Backup, Backup];
    assert.equal(baseFor([...old, headless], incremental, NOW).base, old[1]);
  });

  it('of differential backups skips newer ones of lower levels', () => {
    const [full, one, two, three] = chain(9, 8, 7, 6) as [Backup, Backup, Backup, Backup];
    const newerOne = backup(5, full);
    const decision = baseFor([full, one, two, three, newerOne], { ...incremental, alwaysLevel: 3 }, NOW);
    assert.equal(decision.base, two);
  });

  it('may stand on a backup that started at this very moment', () => {
    const [now] = chain(0) as [Backup];
    assert.equal(baseFor([now], incremental, NOW).base, now);
  });

  it('never stands on a backup from the future', () => {
    const old = chain(9, 8);
    const future = chain(-1, -2);
    assert.equal(baseFor([...future, ...old], incremental, NOW).base, old[1]);
    assert.deepEqual(baseFor(future, incremental, NOW), {
      level: 0,
      reason: 'level 0: all earlier backups are from the future; the clock was set back',
    });
  });

  const leapt = backup(8);

  const reasons: readonly { policy: LevelPolicy; backups: readonly Backup[]; reason: string }[] = [
    { policy: { incremental: false }, backups: chain(1), reason: 'incremental backups are turned off' },
    { policy: incremental, backups: [], reason: 'there is no earlier backup' },
    { policy: incremental, backups: chain(2, 1).slice(1), reason: 'no earlier backup is of level 0' },
    {
      policy: { ...incremental, maxLevel: 1 },
      backups: chain(2, 1),
      reason: 'the chain has reached level 1',
    },
    {
      policy: { ...incremental, alwaysLevel: 0 },
      backups: chain(2, 1),
      reason: 'level 0 is asked for each time',
    },
    {
      policy: { ...incremental, alwaysLevel: 1 },
      backups: chain(3, 2, 1),
      reason: 'the chain is at level 2, above level 1',
    },
    {
      policy: { ...incremental, restartAfterDays: 30 },
      backups: chain(31, 1),
      reason: 'the chain is 31 days old',
    },
    {
      policy: { ...incremental, restartAfterDays: 0.5 },
      backups: chain(1),
      reason: 'the chain is 1 day old',
    },
    {
      policy: { ...incremental, engine: 'block' },
      backups: chain(2, 1),
      reason: 'the chain was made by engine "tar", not "block"',
    },
    {
      policy: { ...incremental, alwaysLevel: 2 },
      backups: [leapt, backup(7, leapt, { level: 2 })],
      reason: 'the chain has no lower level to stand on',
    },
    {
      policy: incremental,
      backups: [backup(2, undefined, { chain: backup(9).id })],
      reason: 'the newest chain cannot be restored',
    },
  ];
  for (const { policy, backups, reason } of reasons) {
    it(`says why it is 0: ${reason}`, () => {
      assert.deepEqual(baseFor(backups, policy, NOW), { level: 0, reason: `level 0: ${reason}` });
    });
  }

  it('always has a base that can be restored, one level below', () => {
    const limited: fc.Arbitrary<LevelPolicy> = fc.record(
      {
        incremental: fc.constant(true),
        maxLevel: fc.nat(4),
        restartAfterDays: fc.integer({ min: 1, max: 60 }),
      },
      { requiredKeys: ['incremental'] },
    );
    const always = fc.nat(3).map((alwaysLevel): LevelPolicy => ({ incremental: true, alwaysLevel }));
    fc.assert(
      fc.property(someBackups, fc.oneof(limited, always), (backups, policy) => {
        const mine = backups.filter((each) => each.name === 'etc');
        const { level, base, reason } = baseFor(mine, policy, NOW);
        assert.ok(reason.startsWith(`level ${level}: `));
        assert.equal(base === undefined, level === 0);
        if (!base) return;
        assert.equal(level, base.level + 1);
        assert.equal(restorePointOf(base.id, mine).backup, base);
        assert.ok(level <= (policy.maxLevel ?? Infinity) && level <= (policy.alwaysLevel ?? Infinity));
      }),
    );
  });
});

describe('a level policy', () => {
  const bad: readonly [LevelPolicy, readonly string[]][] = [
    [{ incremental: true, maxLevel: -1 }, ['maxLevel: -1 is not a whole number of 0 or more']],
    [{ incremental: true, alwaysLevel: 1.5 }, ['alwaysLevel: 1.5 is not a whole number of 0 or more']],
    [{ incremental: true, restartAfterDays: 0 }, ['restartAfterDays: 0 is not a number above 0']],
    [{ incremental: true, restartAfterDays: NaN }, ['restartAfterDays: NaN is not a number above 0']],
    [{ incremental: true, maxLevel: 1, alwaysLevel: 1 }, ['alwaysLevel: excludes maxLevel']],
    [
      { incremental: false, maxLevel: 1, restartAfterDays: 1 },
      [
        'maxLevel: makes no sense when incremental backups are turned off',
        'restartAfterDays: makes no sense when incremental backups are turned off',
      ],
    ],
  ];
  for (const [policy, problems] of bad) {
    it(`is refused when ${problems.join(' and ')}`, () => {
      assert.deepEqual(
        levelPolicyProblems(policy).map((problem) => `${problem.path}: ${problem.message}`),
        problems,
      );
      assert.throws(
        () => baseFor([], policy, NOW),
        (error) =>
          isFailure(error, 'input.invalid') &&
          error.message === `level policy is not valid: ${problems.join('; ')}`,
      );
    });
  }

  it('may have every rule that goes together', () => {
    assert.deepEqual(levelPolicyProblems({ incremental: true, alwaysLevel: 1, restartAfterDays: 0.5 }), []);
  });
});
