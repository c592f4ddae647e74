import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Attempt } from '#domain';
import { traced, emptyTrace } from '../agents/agent-trace.js';
import type { AgentEnd } from '../agents/agents.js';
import { endedAttempt } from './attempt-end.js';
import { boundedAttempts, runEnd } from './run-end.js';

const NOW = new Date('2026-01-01T00:00:00Z');

function attempt(change: Partial<Attempt> = {}): Attempt {
  return {
    ...{ action: 0, does: 'backup', attempt: 1, state: 'succeeded', startedAt: NOW, endedAt: NOW },
    ...{ exitCode: 0, steps: [], ...change },
  };
}

const end = (attempts: Attempt[], cut = false) => runEnd({ fence: 1, startedAt: NOW, attempts, cut }, NOW);

describe('the end of a run', () => {
  it('counts the bytes of backups that were stored, and of nothing else', () => {
    const facts = { contentBytes: 10, storedBytes: 4 };
    const { bytesRead, bytesStored } = end([
      attempt({ facts, state: 'failed', exitCode: 8 }),
      attempt({ facts, attempt: 2, state: 'incomplete', exitCode: 3 }),
      attempt({ facts, action: 1 }),
      attempt({ facts, action: 2, does: 'restore' }),
    ]);
    assert.deepEqual([bytesRead, bytesStored], [20, 8]);
  });

  it('has the highest exit code when nothing failed', () => {
    const { state, exitCode } = end([attempt({ state: 'incomplete', exitCode: 3 }), attempt({ action: 1 })]);
    assert.deepEqual([state, exitCode], ['incomplete', 3]);
  });

  it('says that it was cut short when no agent can say so', () => {
    const failed = attempt({
      state: 'failed',
      exitCode: 8,
      failure: { code: 'storage.full', message: 'full' },
    });
    const { state, exitCode, failure } = end([failed], true);
    assert.deepEqual([state, exitCode, failure?.code], ['cancelled', undefined, 'run.cancelled']);
  });

  it('tells of as many attempts, the newest, as fit into one message', () => {
    const failure = { code: 'x', message: 'y'.repeat(2000) };
    const many = Array.from({ length: 5000 }, (_, at) => attempt({ attempt: at + 1, failure }));
    const told = boundedAttempts(many);
    assert.ok(told.length > 200 && JSON.stringify(told).length <= 513 << 10);
    assert.equal(told.at(-1), many.at(-1));
    const small = Array.from({ length: 1500 }, (_, at) => attempt({ attempt: at + 1 }));
    assert.equal(boundedAttempts(small).length, 1000);
    assert.deepEqual(boundedAttempts([]), []);
  });
});

describe('the end of an attempt', () => {
  const begun = attempt({ state: 'running', endedAt: undefined, exitCode: undefined });
  const ended = (given: Partial<AgentEnd>, cancelled = false) =>
    endedAttempt(begun, { trace: emptyTrace, errors: '', ...given }, cancelled, NOW);
  const summary = (state: 'succeeded' | 'failed' | 'cancelled', exitCode: number, facts: object = {}) =>
    traced(emptyTrace, { type: 'summary', action: 'exec', state, exitCode, ...facts });

  const table: {
    why: string;
    given: Partial<AgentEnd>;
    cancelled?: boolean;
    told: (string | number | undefined)[];
  }[] = [
    {
      why: 'a command that failed has its exit code',
      given: { trace: summary('failed', 5), exitCode: 5 },
      told: ['failed', 5, 'command.failed', 'the command ended with exit code 5'],
    },
    {
      why: 'a command that was killed says by what',
      given: { trace: summary('failed', 137, { signal: 'SIGKILL' }), exitCode: 137 },
      told: ['failed', 137, 'command.failed', 'the command ended by SIGKILL'],
    },
    {
      why: 'an adopted agent has the exit code that it told',
      given: { trace: summary('succeeded', 0) },
      told: ['succeeded', 0, undefined, undefined],
    },
    {
      why: 'an agent without a word is quoted',
      given: { exitCode: 7, errors: 'host.node-too-old: this is Node 12' },
      told: [
        'failed',
        7,
        'run.agent-vanished',
        'the agent ended with exit code 7 and did not say what it had done: host.node-too-old: this is Node 12',
      ],
    },
    {
      why: 'what fails for being stopped was cancelled',
      given: { trace: summary('failed', 143), exitCode: 143 },
      cancelled: true,
      told: ['cancelled', 143, 'run.cancelled', 'the agent was cancelled'],
    },
    {
      why: 'what had succeeded before it was stopped has succeeded',
      given: { trace: summary('succeeded', 0), exitCode: 0 },
      cancelled: true,
      told: ['succeeded', 0, undefined, undefined],
    },
  ];
  for (const { why, given, cancelled, told } of table) {
    it(`knows that ${why}`, () => {
      const { state, exitCode, failure } = ended(given, cancelled);
      assert.deepEqual([state, exitCode, failure?.code, failure?.message], told);
    });
  }

  it('keeps facts short, and ends the steps that had not ended', () => {
    const notices = Array.from({ length: 500 }, (_, at) => ({ path: `/${at}`, reason: 'x'.repeat(1000) }));
    const trace = traced(summary('failed', 8, { level: 1, notices }), { type: 'step-started', step: 'copy' });
    const { facts, steps } = ended({ trace, exitCode: 8 });
    assert.deepEqual(facts, { level: 1 });
    assert.deepEqual(steps, [{ id: 'copy', state: 'failed' }]);
    const few = ended({
      trace: summary('succeeded', 0, { level: 1, notices: notices.map(({ path }) => path) }),
    });
    assert.equal((few.facts?.['notices'] as unknown[]).length, 20);
  });
});
