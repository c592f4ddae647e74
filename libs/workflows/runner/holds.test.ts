import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { slot, type StepContext } from '#workflows';
import { Diary, lasting, untilAborted } from './testing/diary.js';

describe('giving back', () => {
  it('releases newest first when all went well, and undoes nothing', async () => {
    const d = new Diary()
      .step('a', { undo: true, release: true })
      .step('b', { undo: true })
      .step('c', { release: true });
    await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'c', 'release c', 'release a']);
  });

  it('undoes before it releases, step by step and newest first, when the walk failed', async () => {
    const d = new Diary()
      .step('a', { undo: true, release: true })
      .step('b', { undo: true })
      .step('c', { release: true })
      .step('d', { run: lasting, undo: true, release: true });
    await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'c', 'd failed', 'release c', 'undo b', 'undo a', 'release a']);
  });

  it('releases early what is to be held only until a step has ended', async () => {
    const d = new Diary()
      .step('quiesce', { release: true }, { releaseAfter: 'snapshot' })
      .step('snapshot', { release: true })
      .step('transfer');
    await d.walk();
    assert.deepEqual(d.lines, ['quiesce', 'snapshot', 'release quiesce', 'transfer', 'release snapshot']);
  });

  it('releases newest first also when several are due at once', async () => {
    const d = new Diary()
      .step('a', { release: true }, { releaseAfter: 'c' })
      .step('b', { release: true }, { releaseAfter: 'c' })
      .step('c', { release: true })
      .step('d');
    await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'c', 'release b', 'release a', 'd', 'release c']);
  });

  it('releases early also after a step that was not mandatory and failed', async () => {
    const d = new Diary()
      .step('quiesce', { release: true }, { releaseAfter: 'snapshot' })
      .step('snapshot', { run: lasting }, { mandatory: false })
      .step('transfer');
    await d.walk();
    assert.deepEqual(d.lines, ['quiesce', 'snapshot failed', 'release quiesce', 'transfer']);
  });

  it('goes on after an undo that fails, and reports it', async () => {
    const d = new Diary()
      .step('a', { undo: true, release: true })
      .step('b', { undo: lasting, release: lasting })
      .step('c', { run: lasting });
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'c failed', 'undo b', 'release b', 'undo a', 'release a']);
    assert.equal(result.failure?.code, 'storage.access-denied');
    assert.deepEqual(
      result.undoFailures.map(({ code, message, context }) => [code, message, context.act]),
      [
        ['workflow.undo-failed', 'could not undo step "b": no right', 'undo'],
        ['workflow.undo-failed', 'could not release step "b": no right', 'release'],
      ],
    );
  });

  it('makes a walk fail whose last release fails, and does not undo what has succeeded', async () => {
    const d = new Diary().step('a', { undo: true }).step('b', { release: lasting });
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'release b']);
    assert.equal(result.state, 'failed');
    assert.equal(result.failure?.code, 'workflow.undo-failed');
  });

  it('does the same when a release after the last step fails', async () => {
    const d = new Diary().step('a', { release: lasting }, { releaseAfter: 'b' }).step('b', { undo: true });
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'release a']);
    assert.equal(result.failure?.code, 'workflow.undo-failed');
  });

  it('ends the walk at once when an early release fails', async () => {
    const d = new Diary()
      .step('quiesce', { release: lasting }, { releaseAfter: 'snapshot' })
      .step('snapshot', { release: true })
      .step('transfer');
    const result = await d.walk();
    assert.deepEqual(d.lines, ['quiesce', 'snapshot', 'release quiesce', 'release snapshot']);
    assert.equal(result.state, 'failed');
    assert.equal(result.failure?.code, 'workflow.undo-failed');
    assert.equal(result.steps[2]?.reason, 'could not release step "quiesce": no right');
  });

  it('has a signal of its own, which the cancellation does not touch', async () => {
    const cancel = new AbortController();
    const signals: boolean[] = [];
    const note = ({ signal }: StepContext) => signals.push(signal.aborted);
    const d = new Diary().step('a', { undo: note, release: note }).step('b', {
      run: async (context) => {
        cancel.abort();
        await untilAborted(context);
      },
    });
    const result = await d.walk({ signal: cancel.signal });
    assert.equal(result.state, 'cancelled');
    assert.deepEqual(signals, [false, false]);
  });

  it('can read the slots of its step, and write none', async () => {
    const A = slot<number>('a');
    const seen: number[] = [];
    const d = new Diary().step('a', {
      writes: [A],
      run: (context) => context.set(A, 7),
      undo: (context) => context.set(A, 8),
      release: (context) => seen.push(context.get(A)),
    });
    const result = await d.step('b', { run: lasting }).walk();
    assert.deepEqual(seen, [7]);
    assert.match(result.undoFailures[0]?.message ?? '', /writes slot "a" while it gives back/);
  });
});
