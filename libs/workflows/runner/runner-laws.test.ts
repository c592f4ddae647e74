import fc from 'fast-check';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { Failure } from '#kernel';
import { HurryingClock } from '#kernel/testing';
import { type StepSpec, type WorkflowResult } from '#workflows';
import { Diary, type DiaryStep } from './testing/diary.js';

/** Waits between attempts are over at once; deadlines never come. */
class RetryClock extends HurryingClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return ms === RETRY_MS ? super.sleep(ms, signal) : new Promise(() => undefined);
  }
}
const RETRY_MS = 7;
const NOTHING: unknown = undefined;

type Fate = 'well' | 'fails-for-now' | 'fails-for-good' | 'throws-anything' | 'cancels' | 'cancels-and-fails';

interface Row {
  /** What happens at each attempt; well after the last. */
  readonly attempts: readonly Fate[];
  readonly retries: number;
  readonly mandatory: boolean;
  readonly undo: Fate | undefined;
  readonly release: Fate | undefined;
  /** How many steps later it is released; 0 is at the end. */
  readonly releaseIn: number;
}

const fate = fc.constantFrom<Fate>(
  'well',
  'well',
  'well',
  'fails-for-now',
  'fails-for-good',
  'throws-anything',
);
const row: fc.Arbitrary<Row> = fc.record({
  attempts: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fate },
      { weight: 1, arbitrary: fc.constantFrom<Fate>('cancels', 'cancels-and-fails') },
    ),
    { maxLength: 3 },
  ),
  retries: fc.nat(2),
  mandatory: fc.boolean(),
  undo: fc.option(fate, { nil: undefined }),
  release: fc.option(fate, { nil: undefined }),
  releaseIn: fc.nat(3),
});

interface Walked {
  readonly lines: readonly string[];
  readonly result: WorkflowResult;
}

/** Walks the rows; every act meets its fate. `meet` may add one. */
async function walked(rows: readonly Row[], meet: () => void = () => undefined): Promise<Walked> {
  const cancel = new AbortController();
  const d = new Diary();
  const suffer = (what: Fate | undefined) => {
    meet();
    if (what === 'cancels' || what === 'cancels-and-fails') cancel.abort();
    if (what === 'fails-for-now') throw new Failure('storage.unavailable', 'no answer');
    if (what === 'fails-for-good' || what === 'cancels-and-fails')
      throw new Failure('storage.access-denied', 'no');
    if (what === 'throws-anything') throw NOTHING;
  };
  rows.forEach((row, at) => {
    let attempt = 0;
    const step: DiaryStep = {
      run: async () => suffer(row.attempts[attempt++]),
      ...(row.undo && { undo: async () => suffer(row.undo) }),
      ...(row.release && { release: async () => suffer(row.release) }),
    };
    d.step(`s${at}`, step, specOf(row, at, rows.length));
  });
  return { result: await d.walk({ signal: cancel.signal, clock: new RetryClock() }), lines: d.lines };
}

function specOf(row: Row, at: number, steps: number): Partial<StepSpec> {
  const until = at + row.releaseIn;
  const early = row.release !== undefined && row.undo === undefined && row.releaseIn > 0 && until < steps;
  return {
    ...{ retries: row.retries, retryIntervalMs: RETRY_MS, mandatory: row.mandatory },
    ...(early && { releaseAfter: `s${until}` }),
  };
}

const isTake = (line: string) => /^s\d+$/.test(line);
const count = (lines: readonly string[], line: string) => lines.filter((other) => other === line).length;

/** What must be true of every walk, whatever happened in it. */
function assertLaws(rows: readonly Row[], { lines, result }: Walked): void {
  const taken = lines.filter(isTake);
  const wentWell = result.state === 'succeeded' || allStepsEnded(result);

  rows.forEach((row, at) => {
    const times = count(taken, `s${at}`);
    assert.ok(times <= 1, 'a step succeeds at most once');
    assert.equal(count(lines, `release s${at}`), row.release ? times : 0, `release of s${at}`);
    assert.equal(count(lines, `undo s${at}`), row.undo && !wentWell ? times : 0, `undo of s${at}`);
  });

  const early = new Set(
    rows.flatMap((row, at) => (specOf(row, at, rows.length).releaseAfter ? [`s${at}`] : [])),
  );
  const back = lines.filter((line) => line.includes(' s') && !early.has(line.split(' ')[1] ?? ''));
  const expected = taken.toReversed().flatMap((id) => [`undo ${id}`, `release ${id}`]);
  assert.deepEqual(
    back,
    expected.filter((line) => back.includes(line)),
    'newest first, undo before release',
  );

  rows.forEach((row, at) => {
    const state = result.steps.find(({ id }) => id === `s${at}`)?.state;
    assert.ok(state, 'each step has its record');
    assert.equal(state === 'succeeded', taken.includes(`s${at}`), 'a step that took something has succeeded');
    if (row.mandatory && state !== 'succeeded') assert.notEqual(result.state, 'succeeded');
  });
  assert.equal(result.state === 'succeeded', result.failure === undefined);
  if (result.undoFailures.length > 0) assert.notEqual(result.state, 'succeeded');
  if (result.state === 'cancelled') assert.equal(result.failure?.code, 'run.cancelled');
  assert.equal(result.steps.length, rows.length);
}

/** Whether the walk reached its end, so that only a release at the end can have made it fail. */
function allStepsEnded({ failure, steps }: WorkflowResult): boolean {
  const brokeOff = steps.some(({ reason }) => reason !== undefined);
  return failure?.code === 'workflow.undo-failed' && !brokeOff;
}

describe('laws of every walk', () => {
  it('what is taken is given back once, newest first, and a failed mandatory step is never a success', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 7 }), async (rows) => {
        assertLaws(rows, await walked(rows));
      }),
      { numRuns: 1500 },
    );
  });

  const rows: readonly Row[] = [
    { attempts: [], retries: 0, mandatory: true, undo: undefined, release: 'well', releaseIn: 2 },
    { attempts: ['fails-for-now'], retries: 1, mandatory: true, undo: 'well', release: 'well', releaseIn: 0 },
    { attempts: [], retries: 0, mandatory: true, undo: undefined, release: 'well', releaseIn: 0 },
    {
      attempts: ['fails-for-good'],
      retries: 1,
      mandatory: false,
      undo: 'well',
      release: 'well',
      releaseIn: 0,
    },
    { attempts: [], retries: 0, mandatory: true, undo: 'well', release: undefined, releaseIn: 0 },
  ];

  it('hold when the nth act fails, for every n', async () => {
    const all = await callsOf(rows);
    assert.equal(all, 9, 'six runs, one of them twice, and three releases');
    for (let n = 1; n <= all; n += 1) {
      let calls = 0;
      const walk = await walked(rows, () => {
        calls += 1;
        if (calls === n) throw new Failure('storage.access-denied', `call ${n}`);
      });
      assertLaws(rows, walk);
      // The fourth step is not mandatory: the walk may do without it, but not without any other.
      const harmless = walk.result.steps[3]?.failure?.message === `call ${n}`;
      assert.equal(walk.result.state, harmless ? 'succeeded' : 'failed', `call ${n}`);
    }
  });
});

async function callsOf(rows: readonly Row[]): Promise<number> {
  let calls = 0;
  await walked(rows, () => {
    calls += 1;
  });
  return calls;
}

describe('a walk that is cancelled at its nth event', () => {
  const build = () =>
    new Diary()
      .step('a', { release: true }, { releaseAfter: 'b' })
      .step('b', { undo: true, release: true })
      .step('c', { undo: true, run: firstTime() }, { retries: 1, retryIntervalMs: RETRY_MS })
      .step('d', { release: true });

  function firstTime(): () => void {
    let failed = false;
    return () => {
      if (failed) return;
      failed = true;
      throw new Failure('storage.unavailable', 'no answer');
    };
  }

  async function cancelledAt(n: number): Promise<Walked & { events: string[] }> {
    const cancel = new AbortController();
    const events: string[] = [];
    const d = build();
    const result = await d.walk({
      signal: cancel.signal,
      clock: new RetryClock(),
      onEvent: ({ kind, step }) => {
        events.push(`${kind} ${step}`);
        if (events.length === n) cancel.abort();
      },
    });
    return { events, result, lines: d.lines };
  }

  it('gives everything back, for every n', async () => {
    const { events, result } = await cancelledAt(Infinity);
    assert.equal(result.state, 'succeeded');
    const lastStarted = events.indexOf('step-started d') + 1;
    for (let n = 1; n <= events.length; n += 1) {
      const walk = await cancelledAt(n);
      const taken = walk.lines.filter((line) => /^[a-d]$/.test(line));
      for (const id of taken) {
        assert.equal(count(walk.lines, `release ${id}`), id === 'c' ? 0 : 1, `release of ${id}, event ${n}`);
        const undone = walk.result.state === 'cancelled' && (id === 'b' || id === 'c');
        assert.equal(count(walk.lines, `undo ${id}`), undone ? 1 : 0, `undo of ${id}, event ${n}`);
      }
      assert.equal(walk.result.state, n < lastStarted ? 'cancelled' : 'succeeded', `event ${n}`);
    }
  });
});
