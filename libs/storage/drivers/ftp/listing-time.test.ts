import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { exactTime, listedTime, zoneOffsetMs } from './listing-time.js';

const NOW = new Date('2026-11-20T18:47:30Z');

describe('times in listings', () => {
  for (const [text, at] of [
    ['Nov 20 18:47', '2026-11-20T18:47:00.000Z'],
    ['Nov  1 03:04', '2026-11-01T03:04:00.000Z'],
    // Of a server whose clock or zone is some hours ahead.
    ['Nov 21 04:00', '2026-11-21T04:00:00.000Z'],
    // Not yet this year.
    ['Dec 24 18:00', '2025-12-24T18:00:00.000Z'],
    ['Mar  3  2024', '2024-03-03T00:00:00.000Z'],
    ['2026-11-20 18:47', '2026-11-20T18:47:00.000Z'],
    ['11-20-26 06:47PM', '2026-11-20T18:47:00.000Z'],
    ['11-20-2026 12:07AM', '2026-11-20T00:07:00.000Z'],
    ['Dez 24 18:00', undefined],
    ['yesterday', undefined],
  ] as const) {
    it(`are read: ${text}`, () => assert.equal(listedTime(text, NOW)?.at.toISOString(), at));
  }

  it('say whether they tell minutes', () => {
    assert.equal(listedTime('Nov 20 18:47', NOW)?.hasMinutes, true);
    assert.equal(listedTime('Nov 20 2025', NOW)?.hasMinutes, false);
  });

  it('are exact where the server tells them for machines', () => {
    assert.equal(exactTime('20261120185431')?.toISOString(), '2026-11-20T18:54:31.000Z');
    assert.equal(exactTime('20261120185431.25')?.toISOString(), '2026-11-20T18:54:31.250Z');
    assert.equal(exactTime('soon'), undefined);
  });

  it('give away the zone of the server', () => {
    const exact = new Date('2026-11-20T18:54:31Z');
    for (const [listed, hours] of [
      ['2026-11-20T18:54:00Z', 0],
      ['2026-11-20T19:54:00Z', 1],
      ['2026-11-21T00:24:00Z', 5.5],
      ['2026-11-20T10:54:00Z', -8],
    ] as const) {
      assert.equal(zoneOffsetMs(new Date(listed), exact), hours * 3_600_000);
    }
  });
});
