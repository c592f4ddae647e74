import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import {
  KEPT_PERIODS,
  planRetention,
  removesAnything,
  restorePointOf,
  restorePoints,
  type Backup,
  type RetentionPolicy,
} from '#domain';
import { backup, chain, daysAgo, ids, NOW, someBackups } from './testing/chains.js';

const policies: fc.Arbitrary<RetentionPolicy> = fc.record(
  {
    removeOlderThanDays: fc.integer({ min: 0, max: 70 }),
    removeBefore: fc.integer({ min: -5, max: 70 }).map(daysAgo),
    keepLast: fc.integer({ min: 1, max: 6 }),
    keepPeriods: fc.record(
      Object.fromEntries(KEPT_PERIODS.map((period) => [period, fc.integer({ min: 1, max: 5 })])),
      { requiredKeys: [] },
    ),
    keepWithin: fc.record({ months: fc.nat(2), days: fc.integer({ min: 1, max: 30 }), hours: fc.nat(30) }),
    keepLabels: fc.subarray(['a', 'b']),
    onlyLabels: fc.subarray(['a', 'c']),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe'),
  },
  { requiredKeys: [] },
);

/** The same with labels, as some people give them. */
const labelledBackups = fc
  .tuple(someBackups, fc.infiniteStream(fc.subarray(['a', 'b', 'c'])))
  .map(([backups, labels]) =>
    backups.map((each): Backup => ({ ...each, labels: labels.next().value as string[] })),
  );

function kept(backups: readonly Backup[], policy: RetentionPolicy): readonly Backup[] {
  return planRetention(backups, policy, NOW).keep.map((verdict) => verdict.backup);
}

function dropped(backups: readonly Backup[], policy: RetentionPolicy): readonly Backup[] {
  return planRetention(backups, policy, NOW).drop.map((verdict) => verdict.backup);
}

function wholeOf(backups: readonly Backup[]): ReadonlySet<Backup> {
  return new Set(restorePoints(backups).flatMap((point) => (point.whole ? [point.backup] : [])));
}

describe('retention', () => {
  const [a, b, c] = [backup(30), backup(20), backup(10)];
  const table: readonly { why: string; policy: RetentionPolicy; drop: readonly Backup[] }[] = [
    { why: 'drops nothing without a rule', policy: {}, drop: [] },
    { why: 'drops what is older', policy: { removeOlderThanDays: 15 }, drop: [a, b] },
    { why: 'keeps what is exactly so old', policy: { removeOlderThanDays: 20 }, drop: [a] },
    { why: 'drops what started before a date', policy: { removeBefore: daysAgo(19) }, drop: [a, b] },
    { why: 'keeps what started at that very moment', policy: { removeBefore: daysAgo(20) }, drop: [a] },
    { why: 'keeps the last ones and drops all others', policy: { keepLast: 2 }, drop: [a] },
    {
      why: 'drops by either of two remove rules',
      policy: { removeOlderThanDays: 25, removeBefore: daysAgo(15) },
      drop: [a, b],
    },
    {
      why: 'lets a keep rule win over a remove rule',
      policy: { removeOlderThanDays: 5, keepLast: 2 },
      drop: [a],
    },
    { why: 'never drops the newest good backup', policy: { removeOlderThanDays: 0 }, drop: [a, b] },
    {
      why: 'keeps what is within a span and drops the rest',
      policy: { keepWithin: { days: 20 } },
      drop: [a],
    },
    {
      why: 'keeps by any of its rules',
      policy: { keepLast: 1, keepWithin: { days: 5 }, keepPeriods: { monthly: 2 } },
      drop: [a],
    },
    { why: 'drops nothing when all it has is a label to keep', policy: { keepLabels: ['x'] }, drop: [] },
    { why: 'drops nothing when all it has is a scope', policy: { onlyLabels: ['x'] }, drop: [] },
  ];
  for (const { why, policy, drop } of table) {
    it(why, () => assert.deepEqual(ids(dropped([b, c, a], policy)), ids(drop)));
  }

  it('says why each backup stays or goes', () => {
    const [full, one, two] = chain(40, 35, 1) as [Backup, Backup, Backup];
    const side = backup(36, one);
    const plan = planRetention([full, one, two, side], { removeOlderThanDays: 30, keepLast: 1 }, NOW);
    assert.deepEqual(plan.keep, [
      { backup: two, reasons: ['newest good backup of "etc" on web1', 'among the last 1'] },
      { backup: one, reasons: [`level 2 ${two.id} stands on it`] },
      { backup: full, reasons: [`level 1 ${one.id} stands on it`] },
    ]);
    assert.deepEqual(plan.drop, [{ backup: side, reasons: ['36 days old, more than 30'] }]);
  });

  describe('with labels', () => {
    const monthly = backup(40, undefined, { labels: ['monthly', 'checked'] });
    const other = backup(35, undefined, { labels: ['trial'] });
    const all = [monthly, other, a, b, c];

    it('keeps what bears one of those to keep, and says so', () => {
      const { keep, drop } = planRetention(all, { keepLast: 1, keepLabels: ['monthly'] }, NOW);
      assert.deepEqual(
        drop.map((verdict) => verdict.backup.id),
        ids([other, a, b]),
      );
      assert.deepEqual(keep.at(-1)?.reasons, ['labelled "monthly"']);
      assert.deepEqual(drop[0]?.reasons, ['kept by no rule (last 1, label "monthly")']);
    });

    it('leaves alone what bears none of those that it is about', () => {
      const second = backup(45, undefined, { labels: ['monthly'] });
      const { keep, drop } = planRetention([...all, second], { keepLast: 1, onlyLabels: ['monthly'] }, NOW);
      assert.deepEqual(
        drop.map((verdict) => verdict.backup.id),
        ids([second]),
      );
      assert.deepEqual(keep.find((verdict) => verdict.backup === a)?.reasons, ['not labelled "monthly"']);
    });
  });

  it('keeps what is held, and what it stands on', () => {
    const [full, one, two] = chain(40, 39, 38) as [Backup, Backup, Backup];
    const held = new Map([[one.id, 'held until 2027']]);
    const { keep, drop } = planRetention([full, one, two, c], { keepLast: 1 }, NOW, held);
    assert.deepEqual(
      drop.map((verdict) => verdict.backup),
      [two],
    );
    assert.deepEqual(keep.find((verdict) => verdict.backup === one)?.reasons, ['held until 2027']);
  });

  it('names only the newest of many that stand on a backup', () => {
    const full = backup(9);
    const increments = [8, 7, 6].map((days) => backup(days, full));
    const { keep } = planRetention([increments[1], full, increments[2], increments[0]] as Backup[], {}, NOW);
    assert.deepEqual(keep.at(-1)?.reasons, [
      'no rule removes it',
      `level 1 ${increments[2]?.id} and 2 more stand on it`,
    ]);
  });

  it('does not count a broken backup among the last, and drops it saying so', () => {
    const [, orphan] = chain(5, 1) as [Backup, Backup];
    const plan = planRetention([a, b, orphan], { keepLast: 2 }, NOW);
    assert.deepEqual(ids(plan.keep.map((verdict) => verdict.backup)), ids([b, a]));
    assert.deepEqual(plan.drop[0]?.reasons, [
      'kept by no rule (last 2)',
      `cannot be restored: level 1 ${orphan.id} stands on ${orphan.base}, which is missing`,
    ]);
  });

  it('keeps a broken backup that no rule removes', () => {
    const [, orphan] = chain(5, 1) as [Backup, Backup];
    assert.deepEqual(kept([orphan, a], { removeOlderThanDays: 2 }), [orphan, a]);
  });

  it('does not take a backup from the future for the newest good one', () => {
    const future = backup(-400);
    assert.deepEqual(ids(dropped([a, b, future], { removeOlderThanDays: 5 })), ids([a]));
  });

  it('takes what started at this very moment for the newest good one', () => {
    const present = backup(0);
    assert.deepEqual(ids(dropped([a, present, backup(-400)], { removeOlderThanDays: 5 })), ids([a]));
  });

  it('looks at each hostname and name on its own', () => {
    const elsewhere = backup(50, undefined, { hostname: 'web2' });
    const otherName = backup(60, undefined, { name: 'home' });
    const plan = planRetention([a, b, elsewhere, otherName], { keepLast: 1 }, NOW);
    assert.deepEqual(ids(plan.drop.map((verdict) => verdict.backup)), ids([a]));
  });

  it('drops the highest level first', () => {
    const old = chain(50, 49, 48, 47);
    assert.deepEqual(ids(dropped([...old, c], { keepLast: 1 })), ids([...old].reverse()));
  });

  const bad: readonly [RetentionPolicy, string][] = [
    [{ removeOlderThanDays: -1 }, 'removeOlderThanDays: -1 is not a number of 0 or more'],
    [{ removeOlderThanDays: NaN }, 'removeOlderThanDays: NaN is not a number of 0 or more'],
    [{ removeOlderThanDays: Infinity }, 'removeOlderThanDays: Infinity is not a number of 0 or more'],
    [{ removeBefore: new Date(NaN) }, 'removeBefore: is not a date'],
    [{ keepLast: 0 }, 'keepLast: 0 is not a whole number of 1 or more'],
    [{ keepLast: 1.5 }, 'keepLast: 1.5 is not a whole number of 1 or more'],
    [{ keepPeriods: { daily: 0 } }, 'keepPeriods.daily: 0 is not a whole number of 1 or more'],
    [{ keepWithin: {} }, 'keepWithin: is not a span of time above 0'],
    [{ keepWithin: { days: -1, hours: 48 } }, 'keepWithin: is not a span of time above 0'],
  ];
  for (const [policy, problem] of bad) {
    it(`refuses ${problem}`, () => {
      assert.throws(
        () => planRetention([], policy, NOW),
        (error) =>
          isFailure(error, 'input.invalid') && error.message === `retention policy is not valid: ${problem}`,
      );
    });
  }
});

describe('whatever the rules, retention', () => {
  it('puts each backup into keep or drop, with a reason', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, policy) => {
        const { keep, drop } = planRetention(backups, policy, NOW);
        const all = [...keep, ...drop].map((verdict) => verdict.backup.id);
        assert.deepEqual(all.sort(), [...ids(backups)].sort());
        assert.ok([...keep, ...drop].every((verdict) => verdict.reasons.length > 0));
      }),
    );
  });

  it('leaves what it keeps as restorable as it was', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, policy) => {
        const whole = wholeOf(backups);
        const remaining = kept(backups, policy);
        for (const each of remaining) if (whole.has(each)) restorePointOf(each.id, remaining);
      }),
    );
  });

  it('breaks nothing at any moment of the deletion that is not to be deleted itself', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, policy) => {
        const gone = dropped(backups, policy);
        for (let count = 0; count <= gone.length; count += 1) {
          const rest = backups.filter((each) => !gone.slice(0, count).includes(each));
          const whole = wholeOf(backups);
          for (const each of rest) if (whole.has(each)) restorePointOf(each.id, rest);
        }
      }),
    );
  });

  it('keeps a good backup of each name that has one', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, policy) => {
        const whole = wholeOf(backups);
        const names = (some: Iterable<Backup>) => [...new Set([...some].map((each) => each.name))].sort();
        assert.deepEqual(names(kept(backups, policy).filter((each) => whole.has(each))), names(whole));
      }),
    );
  });

  it('keeps the last N good ones of each name, whatever else is asked for', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, policy) => {
        const remaining = new Set(kept(backups, policy));
        for (const name of ['etc', 'home']) {
          const good = [...wholeOf(backups)].filter((each) => each.name === name);
          const scope = policy.onlyLabels ?? [];
          const counted = good.filter(
            ({ labels = [] }) => scope.length === 0 || labels.some((label) => scope.includes(label)),
          );
          assert.ok(counted.slice(0, policy.keepLast ?? 0).every((each) => remaining.has(each)));
        }
      }),
    );
  });

  it('has nothing more to do once it is done', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, policy) => {
        assert.deepEqual(dropped(kept(backups, policy), policy), []);
      }),
    );
  });

  it('keeps no less for one more keep rule, or for a larger one', () => {
    const larger = (policy: RetentionPolicy, more: RetentionPolicy): RetentionPolicy => ({
      ...policy,
      ...{ keepLast: (policy.keepLast ?? 0) + (more.keepLast ?? 1) },
      keepPeriods: Object.fromEntries(
        KEPT_PERIODS.flatMap((period) => {
          const sum = (policy.keepPeriods?.[period] ?? 0) + (more.keepPeriods?.[period] ?? 0);
          return sum === 0 ? [] : [[period, sum]];
        }),
      ),
      keepWithin: { ...policy.keepWithin, days: (policy.keepWithin?.days ?? 0) + 3 },
      keepLabels: [...(policy.keepLabels ?? []), ...(more.keepLabels ?? [])],
    });
    fc.assert(
      fc.property(labelledBackups, policies, policies, (backups, policy, more) => {
        // A first keep rule is what makes everything else go.
        fc.pre(removesAnything(policy));
        const remaining = new Set(kept(backups, larger(policy, more)));
        assert.ok(kept(backups, policy).every((each) => remaining.has(each)));
      }),
    );
  });

  it('keeps no less when something more is held', () => {
    fc.assert(
      fc.property(labelledBackups, policies, fc.nat(), (backups, policy, pick) => {
        const held = backups[pick % Math.max(1, backups.length)];
        const holds = new Map(held ? [[held.id, 'held']] : []);
        const remaining = new Set(planRetention(backups, policy, NOW, holds).keep.map((one) => one.backup));
        assert.ok(kept(backups, policy).every((each) => remaining.has(each)));
        assert.ok(!held || remaining.has(held));
      }),
    );
  });

  it('removes nothing when no rule says what goes', () => {
    fc.assert(
      fc.property(labelledBackups, policies, (backups, { keepLabels = [], onlyLabels = [] }) => {
        assert.equal(removesAnything({ keepLabels, onlyLabels }), false);
        assert.deepEqual(dropped(backups, { keepLabels, onlyLabels }), []);
      }),
    );
  });

  it('keeps no less when more days are asked for', () => {
    const days = fc.integer({ min: 0, max: 70 });
    fc.assert(
      fc.property(labelledBackups, policies, days, days, (backups, policy, x, y) => {
        const fewer = kept(backups, { ...policy, removeOlderThanDays: Math.min(x, y) });
        const more = new Set(kept(backups, { ...policy, removeOlderThanDays: Math.max(x, y) }));
        assert.ok(fewer.every((each) => more.has(each)));
      }),
    );
  });

  it('does not stumble over bases that make no sense', () => {
    fc.assert(
      fc.property(labelledBackups, policies, fc.infiniteStream(fc.nat(1000)), (backups, policy, picks) => {
        const tangled = backups.map((each) => {
          const base = backups[Number(picks.next().value) % (backups.length + 1)];
          return base ? { ...each, base: base.id } : each;
        });
        const { keep, drop } = planRetention(tangled, policy, NOW);
        assert.equal(keep.length + drop.length, tangled.length);
      }),
    );
  });
});
