import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { agentOptionProblems } from '#config';
import { labels, share, span } from './upkeep-values.js';

const refusal = (schema: typeof share | typeof span | typeof labels, value: unknown) =>
  schema.safeParse(value).error?.issues[0]?.message;

describe('a share of what is stored', () => {
  const table: readonly [unknown, object][] = [
    ['5%', { kind: 'percent', percent: 5 }],
    ['0.5 %', { kind: 'percent', percent: 0.5 }],
    ['100%', { kind: 'percent', percent: 100 }],
    ['2/7', { kind: 'part', part: 2, of: 7 }],
    ['1/1', { kind: 'part', part: 1, of: 1 }],
    ['10GiB', { kind: 'bytes', bytes: 10 * 1024 ** 3 }],
    ['500 MB', { kind: 'bytes', bytes: 500_000_000 }],
  ];
  for (const [value, expected] of table) {
    it(`is read from "${String(value)}"`, () => {
      assert.deepEqual(share.parse(value), { text: String(value).replaceAll(' ', ''), ...expected });
    });
  }

  const bad = ['0%', '101%', '-5%', '0/7', '8/7', '2/0', '5', 5, '0KiB', 'half', '', '5 percent'];
  for (const value of bad) it(`is not "${value}"`, () => assert.ok(refusal(share, value)));
});

describe('a span of time', () => {
  const none = { years: 0, months: 0, days: 0, hours: 0 };
  const table: readonly [string, object][] = [
    ['30d', { days: 30 }],
    ['12h', { hours: 12 }],
    ['2w', { days: 14 }],
    ['1y6m', { years: 1, months: 6 }],
    ['1Y 2m 3w 4d 5h', { years: 1, months: 2, days: 25, hours: 5 }],
  ];
  for (const [value, expected] of table) {
    it(`is read from "${value}"`, () => assert.deepEqual(span.parse(value), { ...none, ...expected }));
  }
  for (const value of ['', '30', '0d', 'd', '6m1y', '30 days', '1.5d']) {
    it(`is not "${value}"`, () => assert.ok(refusal(span, value)));
  }
});

describe('labels', () => {
  it('are given one by one, as lines or as a list, and each counts once', () => {
    assert.deepEqual(labels.parse('monthly'), ['monthly']);
    assert.deepEqual(labels.parse('a\nb c\n'), ['a', 'b c']);
    assert.deepEqual(labels.parse(['a', 'b', 'a', 7]), ['a', 'b', '7']);
  });
  for (const value of [
    '',
    ' ',
    'a\tb',
    'x'.repeat(101),
    true,
    Array.from({ length: 101 }, (_, i) => `${i}`),
  ]) {
    it(`are not ${JSON.stringify(value).slice(0, 20)}`, () => assert.ok(refusal(labels, value)));
  }
});

describe('options of upkeep', () => {
  const problems = (action: 'prune' | 'verify' | 'hold', options: object) =>
    agentOptionProblems(action, { container: ['/c'], backupId: 'x', ...options }).map(
      ({ message }) => message,
    );

  for (const rule of [
    { keepDaily: 7 },
    { keepWithin: { hours: 1 } },
    { keepYearly: 1 },
    { removeOlderThan: 1 },
  ]) {
    it(`are enough to prune by ${Object.keys(rule).join()}`, () =>
      assert.deepEqual(problems('prune', rule), []));
  }
  it('are not enough to prune by labels alone', () => {
    const [message] = problems('prune', { keepLabel: ['a'], onlyLabel: ['b'] });
    assert.match(message ?? '', /^one of remove-older-than, .*keep-yearly and keep-within is missing$/);
  });
  it('that exclude each other are refused', () => {
    const drawn = { readDataSubset: share.parse('5%'), subsetSeed: 'x' };
    assert.deepEqual(problems('verify', drawn), []);
    assert.deepEqual(problems('verify', { ...drawn, readData: true }), [
      'excludes read-data, which reads everything',
    ]);
    assert.equal(problems('verify', { subsetSeed: 'x' }).length, 1);
    assert.equal(problems('verify', { ...drawn, readDataSubset: share.parse('1/2') }).length, 1);
    assert.deepEqual(problems('hold', { release: true, until: new Date(0), reason: 'x' }), [
      'makes no sense with release',
      'makes no sense with release',
    ]);
  });
});
