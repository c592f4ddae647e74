import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { failureOf } from './service-failure.js';

describe('why a service has ended', () => {
  const exit = { code: 8, signal: undefined };

  it('is its own failure when it told one', () => {
    const lastLines = [
      '{"level":"info","msg":"waiting"}',
      'metadata.unavailable: db.example does not answer',
      '  Check it.',
    ];
    const { code, message } = failureOf('firn-api', { exit, livedMs: 1, lastLines });
    assert.deepEqual([code, message], ['metadata.unavailable', 'firn-api: db.example does not answer']);
  });

  it('is its own failure when that stands in its log', () => {
    const lastLines = [
      '{"level":"error","msg":"ended","code":"platform.database-failed","failure":"it does not start","hint":"x"}',
      '{"level":"info","msg":"stopped"}',
    ];
    const { code, message } = failureOf('firn-api', { exit, livedMs: 1, lastLines });
    assert.deepEqual([code, message], ['platform.database-failed', 'firn-api: it does not start']);
  });

  const others: [string, readonly string[], string][] = [
    ['what it said last', ['a', 'b'], 'firn-api ended with exit code 8, after these words: a | b'],
    ['that it ended, when it said nothing', [], 'firn-api ended with exit code 8'],
    [
      'what it said last, also when that only looks like a failure',
      ['node.no-such: x'],
      'firn-api ended with exit code 8, after these words: node.no-such: x',
    ],
  ];
  for (const [what, lastLines, message] of others) {
    it(`is ${what}`, () => {
      const failure = failureOf('firn-api', { exit, livedMs: 1, lastLines });
      assert.deepEqual([failure.code, failure.message], ['platform.process-failed', message]);
    });
  }

  it('is the signal that ended it', () => {
    const killed = { exit: { code: undefined, signal: 'SIGKILL' as const }, livedMs: 1, lastLines: [] };
    assert.equal(failureOf('firn-scheduler', killed).message, 'firn-scheduler was ended by SIGKILL');
  });
});
