import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { isFailure, parse, silentLogger, z } from '#kernel';
import { FakeClock } from '#kernel/testing';
import {
  defineStep,
  problems,
  runWorkflow,
  slot,
  stepKinds,
  workflowSchema,
  type StepSpec,
} from '#workflows';

const SOURCE = slot<string>('source');
const SNAPSHOT = slot<string>('snapshot');

const nothing = async () => undefined;
const kinds = stepKinds([
  defineStep({ name: 'discover', summary: '', writes: [SOURCE], run: nothing }),
  defineStep({
    name: 'snapshot',
    summary: '',
    reads: [SOURCE],
    writes: [SNAPSHOT],
    run: nothing,
    release: nothing,
  }),
  defineStep({ name: 'look', summary: '', optional: [SNAPSHOT], run: nothing }),
  defineStep({
    name: 'transfer',
    summary: '',
    reads: [SNAPSHOT],
    run: nothing,
    undo: nothing,
    release: nothing,
  }),
  defineStep({
    name: 'wait',
    summary: '',
    params: z.strictObject({ seconds: z.number(), note: z.string().optional() }),
    run: nothing,
  }),
]);

const discover: StepSpec = { id: 'discover', uses: 'discover' };
const snapshot: StepSpec = { id: 'snapshot', uses: 'snapshot' };
const transfer: StepSpec = { id: 'transfer', uses: 'transfer' };
const look: StepSpec = { id: 'look', uses: 'look' };

function found(...steps: StepSpec[]): string[] {
  return problems({ name: 'w', steps }, kinds).map(({ path, message }) => `${path}: ${message}`);
}

describe('problems of a workflow', () => {
  it('has none for a workflow that makes sense', () => {
    assert.deepEqual(found(discover, { ...snapshot, releaseAfter: 'transfer' }, transfer, look), []);
  });

  const cases: readonly { why: string; steps: StepSpec[]; says: string[] }[] = [
    {
      why: 'an unknown kind, told once and with the nearest name',
      steps: [discover, { id: 'snapshot', uses: 'snapshto' }, transfer],
      says: ['steps[1].uses: unknown step kind "snapshto" (did you mean "snapshot"?)'],
    },
    {
      why: 'an id that is taken',
      steps: [look, { id: 'look', uses: 'look' }],
      says: ['steps[1].id: "look" is the id of steps[0] already'],
    },
    {
      why: 'an unknown step in after',
      steps: [discover, { ...look, after: ['discover', 'discovre'] }],
      says: ['steps[1].after[1]: unknown step "discovre" (did you mean "discover"?)'],
    },
    {
      why: 'a circle, at each of its steps and at no other',
      steps: [
        { id: 'a', uses: 'look', after: ['b'] },
        { id: 'b', uses: 'look', after: ['a'] },
        { id: 'c', uses: 'look', after: ['b'] },
      ],
      says: [
        'steps[0].after: waits for itself: a after b after a',
        'steps[1].after: waits for itself: b after a after b',
      ],
    },
    {
      why: 'a step after itself',
      steps: [{ ...look, after: ['look'] }],
      says: ['steps[0].after: waits for itself: look after look'],
    },
    {
      why: 'a release after an unknown step',
      steps: [discover, { ...snapshot, releaseAfter: 'transferr' }, transfer],
      says: ['steps[1].releaseAfter: unknown step "transferr" (did you mean "transfer"?)'],
    },
    {
      why: 'a release after a step that runs before',
      steps: [discover, { ...snapshot, releaseAfter: 'discover' }],
      says: ['steps[1].releaseAfter: "discover" does not run after "snapshot"'],
    },
    {
      why: 'a release that comes before only because of after',
      steps: [{ ...snapshot, after: ['look', 'discover'], releaseAfter: 'look' }, discover, look],
      says: ['steps[0].releaseAfter: "look" does not run after "snapshot"'],
    },
    {
      why: 'a release of nothing',
      steps: [{ ...discover, releaseAfter: 'look' }, look],
      says: ['steps[0].releaseAfter: a step of kind "discover" has nothing to release'],
    },
    {
      why: 'a release that would make an undo impossible',
      steps: [discover, snapshot, { ...transfer, releaseAfter: 'look' }, look],
      says: ['steps[2].releaseAfter: a step of kind "transfer" could not be undone once it is released'],
    },
    {
      why: 'a slot that nobody before writes',
      steps: [snapshot, discover],
      says: ['steps[0]: reads slot "source", which no step before it writes'],
    },
    {
      why: 'a slot that is written twice',
      steps: [discover, { id: 'again', uses: 'discover' }],
      says: ['steps[1]: writes slot "source", which "discover" writes already'],
    },
    {
      why: 'a mandatory step that stands on one which is not',
      steps: [discover, { ...snapshot, mandatory: false }, transfer],
      says: ['steps[2]: is mandatory but reads slot "snapshot", which "snapshot" writes, which is not'],
    },
    {
      why: 'parameters that do not fit the schema',
      steps: [{ id: 'wait', uses: 'wait', with: { seconds: 'ten', ntoe: 'x' } }],
      says: [
        'steps[0].with.seconds: Invalid input: expected number, received string',
        'steps[0].with: unknown key "ntoe" (did you mean "note"?)',
      ],
    },
    {
      why: 'parameters for a kind that takes none',
      steps: [{ ...look, with: { deep: true } }],
      says: ['steps[0].with: unknown key "deep"'],
    },
  ];
  for (const { why, steps, says } of cases) {
    it(`names ${why}`, () => assert.deepEqual(found(...steps), says));
  }

  it('tells everything at once', () => {
    const paths = problems(
      {
        name: 'w',
        steps: [
          { id: 'a', uses: 'nonsense', after: ['z'] },
          { id: 'a', uses: 'wait', with: {} },
          { ...transfer, releaseAfter: 'a' },
        ],
      },
      kinds,
    ).map(({ path }) => path);
    assert.deepEqual(paths, [
      'steps[0].uses',
      'steps[0].after[0]',
      'steps[1].id',
      'steps[1].with.seconds',
      'steps[2].releaseAfter',
      'steps[2]',
    ]);
  });

  it('follows the order of after, not of the table', () => {
    assert.deepEqual(found({ ...snapshot, after: ['discover'] }, discover), []);
  });

  it('knows what is given, and that nobody may write it again', () => {
    const steps = [snapshot];
    assert.deepEqual(problems({ name: 'w', steps }, kinds, [SOURCE]), []);
    assert.deepEqual(
      problems({ name: 'w', steps: [discover] }, kinds, [SOURCE]).map(({ message }) => message),
      ['writes slot "source", which is given already'],
    );
  });

  it('takes two slots of one name for two slots', () => {
    const other = slot<string>('source');
    assert.equal(problems({ name: 'w', steps: [snapshot] }, kinds, [other]).length, 1);
  });

  it('are what the runner refuses a workflow with, before the first step', async () => {
    const { signal } = new AbortController();
    const run = runWorkflow({ name: 'nightly', steps: [discover, transfer] }, kinds, {
      ...{ signal, clock: new FakeClock(), log: silentLogger },
      onEvent: () => assert.fail('nothing is to happen'),
    });
    await assert.rejects(run, (error) => {
      assert.ok(isFailure(error, 'workflow.invalid'));
      assert.equal(
        error.message,
        'workflow "nightly" is not valid: steps[1]: reads slot "snapshot", which no step before it writes',
      );
      return true;
    });
  });
});

describe('a workflow given as data', () => {
  it('is taken as it stands', () => {
    const data = {
      name: 'nightly',
      steps: [
        { id: 'discover', uses: 'discover', retries: 2, retryIntervalMs: 500, timeoutMs: 60_000 },
        { id: 'look', uses: 'look', with: { any: ['thing'] }, after: ['discover'], mandatory: false },
      ],
    };
    assert.deepEqual(parse(workflowSchema, data, 'workflow'), data);
  });

  const wrong: readonly { why: string; step: object; at: string }[] = [
    { why: 'an id with spaces', step: { id: 'two words', uses: 'look' }, at: 'steps.0.id' },
    { why: 'a step without kind', step: { id: 'look' }, at: 'steps.0.uses' },
    { why: 'an unknown key', step: { ...look, needs: ['a'] }, at: 'steps.0' },
    { why: 'retries below zero', step: { ...look, retries: -1 }, at: 'steps.0.retries' },
    { why: 'no time at all', step: { ...look, timeoutMs: 0 }, at: 'steps.0.timeoutMs' },
    {
      why: 'more time than a timer can count',
      step: { ...look, timeoutMs: 2 ** 31 },
      at: 'steps.0.timeoutMs',
    },
  ];
  for (const { why, step, at } of wrong) {
    it(`is refused with ${why}`, () => {
      assert.throws(
        () => parse(workflowSchema, { name: 'w', steps: [step] }, 'workflow'),
        (error) => isFailure(error, 'input.invalid') && error.message.includes(`${at}: `),
      );
    });
  }

  it('is refused without steps', () => {
    assert.throws(() => parse(workflowSchema, { name: 'w', steps: [] }, 'workflow'));
  });
});
