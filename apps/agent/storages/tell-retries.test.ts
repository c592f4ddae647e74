import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { JsonReporter } from '../output/json-reporter.js';
import { tellingRetries } from './tell-retries.js';

function telling() {
  const told: string[] = [];
  const time = { ms: 0 };
  const reporter = new JsonReporter((text) => {
    const { storage, attempt } = JSON.parse(text) as { storage: string; attempt: number };
    told.push(`${storage} ${attempt}`);
  });
  const listener = tellingRetries(reporter, () => time.ms);
  const failure = new Failure('storage.unavailable', 'busy');
  const fail = (listening: ReturnType<typeof listener>, attempt: number) =>
    listening({ failure, attempt, attempts: 12, waitMs: 500 });
  return { told, time, listener, fail };
}

describe('telling people that a storage keeps them waiting', () => {
  it('does not tell a hiccup', () => {
    const { told, listener, fail } = telling();
    const listening = listener('a');
    for (let call = 0; call < 50; call += 1) for (const attempt of [1, 2]) fail(listening, attempt);
    assert.deepEqual(told, []);
  });

  it('tells it once in half a minute for each storage, however many calls wait', () => {
    const { told, time, listener, fail } = telling();
    const [a, b] = [listener('a'), listener('b')];
    for (let second = 0; second < 60; second += 1) {
      time.ms = second * 1000;
      for (let call = 0; call < 8; call += 1) fail(a, 3 + second);
    }
    fail(b, 7);
    assert.deepEqual(told, ['a 3', 'a 33', 'b 7']);
  });
});
