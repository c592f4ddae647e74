import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { jsonLogger, silentLogger, z } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { defineStep, filled, runWorkflow, slot, stepKinds } from '#workflows';
import { Diary, lasting } from './testing/diary.js';

describe('a walk', () => {
  it('runs the steps in the order of the table', async () => {
    const d = new Diary().step('a').step('b').step('c');
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a', 'b', 'c']);
    assert.equal(result.state, 'succeeded');
    assert.equal(result.failure, undefined);
    assert.deepEqual(
      result.steps.map(({ id, uses, state, attempts }) => [id, uses, state, attempts]),
      [
        ['a', 'kind-a', 'succeeded', 1],
        ['b', 'kind-b', 'succeeded', 1],
        ['c', 'kind-c', 'succeeded', 1],
      ],
    );
  });

  it('lets a step wait for those it comes after, and moves no other', async () => {
    const d = new Diary()
      .step('a', {}, { after: ['c'] })
      .step('b')
      .step('c')
      .step('d');
    await d.walk();
    assert.deepEqual(d.lines, ['b', 'c', 'a', 'd']);
  });

  it('hands values on through slots, and shows them at the end', async () => {
    const A = slot<number>('a');
    const B = slot<number>('b');
    const d = new Diary().step('double', {
      reads: [A],
      writes: [B],
      run: (context) => context.set(B, context.get(A) * 2),
    });
    const result = await d.walk({ seed: [filled(A, 21)] });
    assert.equal(result.slots.get(B), 42);
  });

  it('gives each step its parameters as the schema makes them', async () => {
    const seen: unknown[] = [];
    const kind = defineStep({
      name: 'note',
      summary: '',
      params: z.strictObject({ text: z.string().default('none') }),
      run: async (_context, { text }) => seen.push(text),
    });
    const steps = [
      { id: 'a', uses: 'note', with: { text: 'hello' } },
      { id: 'b', uses: 'note' },
    ];
    const options = { signal: new AbortController().signal, clock: new FakeClock(), log: silentLogger };
    await runWorkflow({ name: 'w', steps }, stepKinds([kind]), options);
    assert.deepEqual(seen, ['hello', 'none']);
  });

  it('writes one line for each step into the log, with failures in words', async () => {
    const lines: string[] = [];
    const d = new Diary().step('a').step('b', { run: lasting });
    await d.walk({ log: jsonLogger((line) => lines.push(line), d.clock) });
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      told.map(({ level, msg, step, state, ms, code, failure }) => [
        level,
        msg,
        step,
        state,
        ms,
        code,
        failure,
      ]),
      [
        ['info', 'step ended', 'a', 'succeeded', 0, undefined, undefined],
        ['warn', 'step ended', 'b', 'failed', 0, 'storage.access-denied', 'no right'],
      ],
    );
  });
});

describe('a step that fails', () => {
  it('ends the walk, and names itself', async () => {
    const d = new Diary().step('a').step('b', { run: lasting }).step('c');
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a', 'b failed']);
    assert.equal(result.state, 'failed');
    assert.equal(result.failure?.code, 'storage.access-denied');
    assert.deepEqual(result.failure.context, { step: 'b', uses: 'kind-b' });
    assert.deepEqual(
      result.steps.map(({ id, state, reason }) => [id, state, reason]),
      [
        ['a', 'succeeded', undefined],
        ['b', 'failed', undefined],
        ['c', 'skipped', 'step "b" failed'],
      ],
    );
  });

  it('is a failure whatever it throws', async () => {
    for (const thrown of [new TypeError('x is not a function'), 'a string', undefined] as unknown[]) {
      const d = new Diary().step('hold', { release: true }).step('b', {
        run: () => {
          throw thrown;
        },
      });
      const result = await d.walk();
      assert.deepEqual(d.lines, ['hold', 'b failed', 'release hold']);
      assert.equal(result.failure?.code, 'internal.unexpected');
      assert.equal(result.failure.cause, thrown);
    }
  });

  it('leaves the walk alone when it is not mandatory; who needs it is skipped', async () => {
    const A = slot<string>('a');
    const needs = { reads: [A] };
    const d = new Diary()
      .step('a', { writes: [A], run: lasting }, { mandatory: false })
      .step('b', needs, { mandatory: false })
      .step('c', { optional: [A], run: (context) => assert.equal(context.has(A), false) })
      .step('d', {}, { after: ['a'] });
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a failed', 'c', 'd']);
    assert.equal(result.state, 'succeeded');
    assert.equal(result.steps[0]?.failure?.code, 'storage.access-denied');
    assert.deepEqual(result.steps[1], {
      ...{ id: 'b', uses: 'kind-b', state: 'skipped', attempts: 0, reason: 'slot "a" was not written' },
    });
  });
});

describe('what a kind declares', () => {
  const A = slot<string>('a');

  it('is what it may read', async () => {
    const d = new Diary().step('a', { run: (context) => context.get(A) });
    const result = await d.walk({ seed: [filled(A, 'x')] });
    assert.match(result.failure?.message ?? '', /step "a" does not declare that it reads "a"/);
  });

  it('is what it may write', async () => {
    const d = new Diary().step('a', { optional: [A], run: (context) => context.set(A, 'x') });
    assert.match((await d.walk()).failure?.message ?? '', /does not declare that it writes "a"/);
  });

  it('is what it has to write; a hold taken without is given back at once', async () => {
    const d = new Diary()
      .step('a', { writes: [A], undo: true, release: true }, { mandatory: false, retries: 3 })
      .step('b');
    const result = await d.walk();
    assert.deepEqual(d.lines, ['a', 'undo a', 'release a', 'b']);
    assert.equal(result.steps[0]?.failure?.message, 'step "a" ended without writing slot "a"');
  });
});

describe('step kinds', () => {
  it('have names of their own', () => {
    const kind = defineStep({ name: 'copy', summary: '', run: async () => undefined });
    assert.throws(() => stepKinds([kind, kind]), /there are two step kinds "copy"/);
  });

  it('keep what they hold to themselves', async () => {
    const diary: string[] = [];
    const kind = defineStep({
      name: 'lock',
      summary: '',
      run: async ({ step }) => ({ lock: step }),
      release: async ({ lock }) => void diary.push(`unlock ${lock}`),
    });
    const steps = ['a', 'b'].map((id) => ({ id, uses: 'lock' }));
    const options = { signal: new AbortController().signal, clock: new FakeClock(), log: silentLogger };
    await runWorkflow({ name: 'w', steps }, stepKinds([kind]), options);
    assert.deepEqual(diary, ['unlock b', 'unlock a']);
  });
});
