import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { formatDuration, parseDate } from '#config';

describe('a date', () => {
  const zoned: readonly [string, string][] = [
    ['2026-11-20T09:30:15Z', '2026-11-20T09:30:15.000Z'],
    ['2026-11-20t09:30:15z', '2026-11-20T09:30:15.000Z'],
    ['2026-11-20 09:30Z', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T09:30:15.25+01:00', '2026-11-20T08:30:15.250Z'],
    ['2026-11-20T09:30:15.123456789-0530', '2026-11-20T15:00:15.123Z'],
    ['2026-11-20T00:10+01', '2026-11-19T23:10:00.000Z'],
    ['2028-02-29T00:00Z', '2028-02-29T00:00:00.000Z'],
  ];
  for (const [text, moment] of zoned) {
    it(`of ${text} is ${moment}`, () => assert.equal(parseDate(text).toISOString(), moment));
  }

  it('without a zone is local time, as with Freezer', () => {
    assert.deepEqual(parseDate('2026-07-01T09:30:15'), new Date(2026, 6, 1, 9, 30, 15));
    assert.deepEqual(parseDate('2026-11-20'), new Date(2026, 10, 20, 0, 0, 0));
  });

  it('comes back as it was written', () => {
    const dates = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(dates, (each) => assert.deepEqual(parseDate(each.toISOString()), each)));
  });

  const hint = 'is not a date such as 2026-11-20 or 2026-11-20T09:30:00Z';
  const bad: readonly [string, string][] = [
    ['', `"" ${hint}`],
    ['yesterday', `"yesterday" ${hint}`],
    ['20.11.2026', `"20.11.2026" ${hint}`],
    ['1763629200', `"1763629200" ${hint}`],
    ['2026-11-20T09', `"2026-11-20T09" ${hint}`],
    ['2026-11-20Z', `"2026-11-20Z" ${hint}`],
    ['2026-02-29', 'there is no date "2026-02-29"'],
    ['2026-13-01', 'there is no date "2026-13-01"'],
    ['2026-11-00', 'there is no date "2026-11-00"'],
    ['2026-11-20T24:00', 'there is no date "2026-11-20T24:00"'],
    ['2026-11-20T23:60', 'there is no date "2026-11-20T23:60"'],
    ['1969-12-31', 'there is no date "1969-12-31"'],
    ['2026-11-20T09:30+15:00', 'there is no time zone "+15:00" as in "2026-11-20T09:30+15:00"'],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${message}`, () => {
      assert.throws(
        () => parseDate(text),
        (error) => isFailure(error, 'input.invalid') && error.message === message,
      );
    });
  }
});

describe('a duration', () => {
  it('is shown with two units at most', () => {
    const shown = [-5, 0, 449, 9949, 9950, 59_499, 59_500, 185_000, 3_600_000, 7_380_000, 363_600_000].map(
      formatDuration,
    );
    assert.deepEqual(shown, [
      ...['0.0 s', '0.0 s', '0.4 s', '9.9 s', '10 s', '59 s'],
      ...['1 min', '3 min 5 s', '1 h', '2 h 3 min', '4 d 5 h'],
    ]);
  });
});
