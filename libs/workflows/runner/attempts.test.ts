import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { FakeClock } from '#kernel/testing';
import { slot, type StepContext, type WorkflowEvent } from '#workflows';
import { Diary, lasting, passing, untilAborted } from './testing/diary.js';

/** Fails the first `times` times. */
function failing(times: number, how: () => void): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) how();
  };
}

describe('retries', () => {
  /** Moves the clock as soon as somebody waits for the next attempt. */
  class PatientClock extends FakeClock {
    override sleep(ms: number, signal?: AbortSignal): Promise<void> {
      const slept = super.sleep(ms, signal);
      if (ms === 5000) this.advance(ms);
      return slept;
    }
  }

  it('wait between attempts, and take what passes by', async () => {
    const clock = new PatientClock();
    const events: WorkflowEvent[] = [];
    const d = new Diary().step(
      'a',
      { run: failing(2, passing), release: true },
      { retries: 3, retryIntervalMs: 5000 },
    );
    const result = await d.walk({ clock, onEvent: (event) => events.push(event) });
    assert.deepEqual(d.lines, ['a failed', 'a failed', 'a', 'release a']);
    const [record] = result.steps;
    assert.equal(record?.attempts, 3);
    assert.equal(Number(record.endedAt) - Number(record.startedAt), 10_000);
    const waits = events.filter((event) => event.kind === 'retry-waiting');
    assert.deepEqual(
      waits.map(({ attempts, waitMs, failure }) => [attempts, waitMs, failure.code]),
      [
        [1, 5000, 'storage.unavailable'],
        [2, 5000, 'storage.unavailable'],
      ],
    );
  });

  it('end when they are used up', async () => {
    const d = new Diary().step('a', { run: passing }, { retries: 2, retryIntervalMs: 5000 });
    const result = await d.walk({ clock: new PatientClock() });
    assert.equal(result.steps[0]?.attempts, 3);
    assert.equal(result.failure?.code, 'storage.unavailable');
  });

  it('are not for failures that trying again cannot mend', async () => {
    const d = new Diary().step('a', { run: lasting }, { retries: 5 });
    assert.equal((await d.walk()).steps[0]?.attempts, 1);
  });

  it('see nothing of what a failed attempt has written', async () => {
    const A = slot<string>('a');
    const before: boolean[] = [];
    const fail = failing(1, passing);
    const run = (context: StepContext) => {
      before.push(context.has(A));
      context.set(A, 'x');
      fail();
    };
    const d = new Diary().step('a', { writes: [A], run }, { retries: 1, retryIntervalMs: 5000 });
    const result = await d.walk({ clock: new PatientClock() });
    assert.deepEqual(before, [false, false]);
    assert.equal(result.slots.get(A), 'x');
  });

  it('can be cancelled while they wait', async () => {
    const cancel = new AbortController();
    const d = new Diary().step('hold', { release: true }).step('a', { run: passing }, { retries: 5 });
    const result = await d.walk({
      signal: cancel.signal,
      onEvent: ({ kind }) => kind === 'retry-waiting' && cancel.abort(),
    });
    assert.deepEqual(d.lines, ['hold', 'a failed', 'release hold']);
    assert.equal(result.state, 'cancelled');
    assert.equal(result.steps[1]?.state, 'cancelled');
  });
});

describe('cancelling', () => {
  it('ends the step at work, and the walk with it', async () => {
    const cancel = new AbortController();
    const reason = new Error('the operator said so');
    const d = new Diary()
      .step('a', { undo: true })
      .step('b', { run: untilAborted }, { mandatory: false })
      .step('c');
    const walk = d.walk({
      signal: cancel.signal,
      onEvent: (event) =>
        event.kind === 'step-started' && event.step === 'b' && setImmediate(() => cancel.abort(reason)),
    });
    const result = await walk;
    assert.deepEqual(d.lines, ['a', 'b failed', 'undo a']);
    assert.equal(result.state, 'cancelled');
    assert.equal(result.failure?.code, 'run.cancelled');
    assert.equal(result.failure.message, 'cancelled in step "b"');
    assert.deepEqual(
      result.steps.map(({ state }) => state),
      ['succeeded', 'cancelled', 'skipped'],
    );
  });

  it('before the first step lets nothing begin', async () => {
    const d = new Diary().step('a').step('b');
    const result = await d.walk({ signal: AbortSignal.abort() });
    assert.deepEqual(d.lines, []);
    assert.equal(result.state, 'cancelled');
    assert.equal(result.failure?.message, 'cancelled before step "a"');
  });

  it('too late, in a last step that succeeds all the same, changes nothing', async () => {
    const cancel = new AbortController();
    const d = new Diary().step('a', { undo: true }).step('commit', { run: () => cancel.abort() });
    const result = await d.walk({ signal: cancel.signal });
    assert.deepEqual(d.lines, ['a', 'commit']);
    assert.equal(result.state, 'succeeded');
  });

  it('takes the hold of a step that resolved after it was called off', async () => {
    const cancel = new AbortController();
    const d = new Diary().step('a', { run: () => cancel.abort(), undo: true, release: true }).step('b');
    const result = await d.walk({ signal: cancel.signal });
    assert.deepEqual(d.lines, ['a', 'undo a', 'release a']);
    assert.equal(result.state, 'cancelled');
  });
});
