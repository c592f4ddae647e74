import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { Failure } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { slot, type StepContext } from '#workflows';
import { Diary, lasting, untilAborted } from './testing/diary.js';

describe('timeouts', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('abort a step that waits for ever', async () => {
    const d = new Diary()
      .step('hold', { release: true })
      .step('b', { run: untilAborted }, { timeoutMs: 1000 });
    const walk = d.walk();
    await settle();
    d.clock.advance(999);
    await settle();
    assert.deepEqual(d.lines, ['hold']);
    d.clock.advance(1);
    const result = await walk;
    assert.deepEqual(d.lines, ['hold', 'b failed', 'release hold']);
    assert.equal(result.state, 'failed');
    assert.equal(result.failure?.code, 'step.timeout');
    assert.equal(result.failure.message, 'step "b" took longer than 1000 ms');
  });

  it('count for each attempt anew, and can be retried', async () => {
    const d = new Diary().step(
      'a',
      { run: untilAborted },
      { timeoutMs: 1000, retries: 1, retryIntervalMs: 10 },
    );
    const walk = d.walk();
    for (const ms of [1000, 10, 999]) {
      await settle();
      d.clock.advance(ms);
    }
    await settle();
    assert.deepEqual(d.lines, ['a failed']);
    d.clock.advance(1);
    const result = await walk;
    assert.equal(result.steps[0]?.attempts, 2);
    assert.equal(result.failure?.code, 'step.timeout');
  });

  it('keep what the step said as their cause', async () => {
    const own = new Failure('command.failed', 'tar was stopped');
    const run = async (context: StepContext) => {
      await untilAborted(context).catch(() => undefined);
      throw own;
    };
    const d = new Diary().step('a', { run }, { timeoutMs: 1000 });
    const walk = d.walk();
    await settle();
    d.clock.advance(1000);
    const { failure } = await walk;
    assert.equal(failure?.code, 'step.timeout');
    assert.equal(failure.cause, own);
  });

  it('leave behind a step that cannot be interrupted, and give back what it takes after all', async () => {
    const dead = Promise.withResolvers<void>();
    const d = new Diary()
      .step('quiesce', { release: true })
      .step('stuck', { run: () => dead.promise, undo: true, release: true }, { timeoutMs: 1000, retries: 3 });
    const walk = d.walk({ graceMs: 200 });
    await settle();
    d.clock.advance(1000);
    await settle();
    assert.deepEqual(d.lines, ['quiesce'], 'it has its time of grace');
    d.clock.advance(200);
    const result = await walk;
    assert.deepEqual(d.lines, ['quiesce', 'release quiesce']);
    assert.equal(result.failure?.code, 'step.timeout');
    assert.equal(result.failure.context.abandoned, true);
    assert.equal(result.steps[1]?.attempts, 1);
    dead.resolve();
    await settle();
    assert.deepEqual(d.lines, ['quiesce', 'release quiesce', 'stuck', 'undo stuck', 'release stuck']);
  });

  it('let the walk wait for what is just being given back late', async () => {
    const dead = Promise.withResolvers<void>();
    const slow = Promise.withResolvers<void>();
    const release = async () => {
      await slow.promise;
      lasting();
    };
    const d = new Diary()
      .step('stuck', { run: () => dead.promise, release }, { timeoutMs: 1000, mandatory: false })
      .step('next', {
        run: () => {
          dead.resolve();
          return settle();
        },
      });
    let ended = false;
    const walk = d.walk({ graceMs: 200 }).finally(() => (ended = true));
    for (const ms of [1000, 200]) {
      await settle();
      d.clock.advance(ms);
    }
    for (let turn = 0; turn < 5; turn += 1) await settle();
    assert.deepEqual(d.lines, ['stuck', 'release stuck', 'next']);
    assert.equal(ended, false);
    slow.resolve();
    const result = await walk;
    assert.equal(result.state, 'failed');
    assert.equal(result.undoFailures[0]?.message, 'could not release step "stuck": no right');
  });

  it('let a step left behind change nothing any more', async () => {
    const A = slot<string>('a');
    const dead = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();
    const run = async (context: StepContext) => {
      await dead.promise;
      try {
        context.set(A, 'late');
      } catch (error) {
        late.resolve(error);
      }
    };
    const d = new Diary().step('stuck', { writes: [A], run }, { timeoutMs: 1000 });
    const walk = d.walk({ graceMs: 200 });
    for (const ms of [1000, 200]) {
      await settle();
      d.clock.advance(ms);
    }
    const result = await walk;
    dead.resolve();
    assert.match(String(await late.promise), /"stuck" goes on after it has ended/);
    assert.equal(result.slots.has(A), false);
  });

  it('bound every undo; the next one has its turn', async () => {
    const d = new Diary()
      .step('a', { undo: true })
      .step('b', { undo: untilAborted })
      .step('c', { undo: () => new Promise(() => undefined) })
      .step('d', { run: lasting });
    const walk = d.walk({ undoTimeoutMs: 100, graceMs: 10 });
    for (const ms of [100, 10, 100]) {
      await settle();
      d.clock.advance(ms);
    }
    const result = await walk;
    assert.deepEqual(d.lines, ['a', 'b', 'c', 'd failed', 'undo c', 'undo b', 'undo a']);
    assert.deepEqual(
      result.undoFailures.map(({ message }) => message),
      [
        'could not undo step "c": undo of step "c" took longer than 100 ms',
        'could not undo step "b": undo of step "b" took longer than 100 ms',
      ],
    );
  });

  it('leave no timer behind', async () => {
    const stopped: boolean[] = [];
    const clock = new FakeClock();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, signal) => {
      signal?.addEventListener('abort', () => stopped.push(true));
      return sleep(ms, signal);
    };
    await new Diary().step('a', { release: true }, { timeoutMs: 1000 }).walk({ clock });
    assert.equal(stopped.length, clock.sleeps.length);
    assert.deepEqual(clock.sleeps, [1000, 60_000]);
  });
});
