import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { silentLogger } from '#kernel';
import type { WorkflowEvent } from '#workflows';
import { Diary, lasting } from './testing/diary.js';

describe('events', () => {
  it('tell the whole walk in order', async () => {
    const told: string[] = [];
    const onEvent = (event: WorkflowEvent) => {
      const more =
        'state' in event ? event.state : 'act' in event ? event.act : 'name' in event ? event.name : '';
      told.push(`${event.kind} ${event.step} ${more}`.trim());
    };
    const d = new Diary()
      .step('a', { undo: true, release: true })
      .step('b')
      .step('c', {
        run: (context) => {
          context.emit({ name: 'progress', facts: { bytes: 3 } });
          lasting();
        },
      })
      .step('d');
    await d.walk({ onEvent });
    assert.deepEqual(told, [
      'step-started a',
      'step-ended a succeeded',
      'step-started b',
      'step-ended b succeeded',
      'step-started c',
      'step-told c progress',
      'step-ended c failed',
      'step-ended d skipped',
      'undo-started a undo',
      'undo-ended a undo',
      'undo-started a release',
      'undo-ended a release',
    ]);
  });

  it('change nothing when whoever listens throws; the first is in the result', async () => {
    let count = 0;
    const d = new Diary().step('a', { release: true });
    const result = await d.walk({
      onEvent: () => {
        count += 1;
        throw new Error(`deaf ${count}`);
      },
    });
    assert.deepEqual(d.lines, ['a', 'release a']);
    assert.equal(result.state, 'succeeded');
    assert.equal(result.observerFailure?.message, 'deaf 1');
    assert.equal(count, 4);
  });

  it('give everything back when even the log throws', async () => {
    const full = () => {
      throw new Error('no space left on device');
    };
    const log = { ...silentLogger, info: full, warn: full, error: full, debug: full };
    const d = new Diary().step('a', { release: true }).step('b', { run: lasting });
    const result = await d.walk({ log: { ...log, child: () => silentLogger } });
    assert.deepEqual(d.lines, ['a', 'b failed', 'release a']);
    assert.equal(result.observerFailure?.message, 'no space left on device');
  });
});
