import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { restartWait } from './restart-policy.js';

describe('the wait before a process that died is started again', () => {
  const minute = 60_000;
  const cases: [readonly number[], number | undefined, string][] = [
    [[50], 1000, 'a second after the first death'],
    [[50, 50, 50], 4000, 'doubled with each'],
    [[50, 50, 50, 50, 50], undefined, 'given up after five quick deaths'],
    [[50, 50, 50, 50, minute], 16_000, 'a minute is not quick, but not long either'],
    [[50, 50, 50, 50, minute, 50, 50], 30_000, 'never more than half a minute'],
    [[50, 50, 50, 50, 10 * minute], 1000, 'all is forgotten after a long life'],
    [[10 * minute, 50, 50, 50, 50], 8000, 'four quick deaths are not five'],
    [[10 * minute, 50, 50, 50, 50, 50], undefined, 'given up however long it had lived before'],
  ];
  for (const [lives, wait, why] of cases) {
    it(`is ${wait ?? 'no more'} after ${lives.join(', ')}: ${why}`, () =>
      assert.equal(restartWait(lives), wait));
  }
});
