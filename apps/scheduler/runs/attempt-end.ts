import type { Attempt, AttemptState, RunFailure } from '#domain';
import { failureCatalog, type Failure } from '#kernel';
import type { AgentSummary } from '../agents/agent-trace.js';
import type { AgentEnd } from '../agents/agents.js';

/** The attempt when its agent has ended. `cancelled`: it was told to. */
export function endedAttempt(attempt: Attempt, end: AgentEnd, cancelled: boolean, now: Date): Attempt {
  const { summary, failure } = end.trace;
  const state = stateOf(summary, cancelled);
  const exitCode = end.exitCode ?? summary?.exitCode;
  const why = state === 'succeeded' ? undefined : (failure ?? reasonOf(end, cancelled));
  return {
    ...attempt,
    state,
    endedAt: now,
    ...(exitCode !== undefined && { exitCode }),
    // What was going on when the agent ended has ended with it.
    steps: end.trace.steps.map((step) => (step.state === 'running' ? { ...step, state } : step)),
    ...(why && { failure: why }),
    ...(summary && { facts: factsOf(summary) }),
  };
}

/** The attempt when there was no agent for it. */
export function agentlessAttempt(
  attempt: Attempt,
  state: 'failed' | 'cancelled',
  now: Date,
  failure?: Failure,
): Attempt {
  return { ...attempt, state, endedAt: now, ...(failure && { failure: toldFailure(failure) }) };
}

export function toldFailure(failure: Failure): RunFailure {
  const { code, message, hint } = failure;
  return { code, message: message.slice(0, 2000), hint };
}

/** Who is stopped may fail for that; whoever had come to an end before has done so. */
function stateOf(summary: AgentSummary | undefined, cancelled: boolean): AttemptState {
  if (!summary) return cancelled ? 'cancelled' : 'failed';
  return summary.state === 'failed' && cancelled ? 'cancelled' : summary.state;
}

function reasonOf(
  { trace: { summary }, exitCode, signal, errors }: AgentEnd,
  cancelled: boolean,
): RunFailure | undefined {
  if (cancelled || summary?.state === 'cancelled')
    return { code: 'run.cancelled', message: 'the agent was cancelled', hint: hintOf('run.cancelled') };
  if (summary?.state === 'incomplete') return undefined;
  if (summary) {
    const { signal: killer, exitCode: code } = summary as AgentSummary & { readonly signal?: unknown };
    const how = typeof killer === 'string' ? `by ${killer}` : `with exit code ${code}`;
    return { code: 'command.failed', message: `the command ended ${how}`, hint: hintOf('command.failed') };
  }
  const how = signal ? ` by ${signal}` : exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const said = errors === '' ? '' : `: ${errors.slice(-1500)}`;
  const message = `the agent ended${how} and did not say what it had done${said}`;
  return { code: 'run.agent-vanished', message, hint: hintOf('run.agent-vanished') };
}

function hintOf(code: keyof typeof failureCatalog): string {
  return failureCatalog[code].hint;
}

const SHOWN_ITEMS = 20;
const MOST_FACTS_BYTES = 16 << 10;

/** Everything of the summary that is no part of the attempt already, short enough to be sent again and again. */
function factsOf(summary: AgentSummary): Readonly<Record<string, unknown>> {
  const known = ['type', 'action', 'state', 'exitCode'];
  const facts = Object.entries(summary).filter(([name]) => !known.includes(name));
  const short = Object.fromEntries(
    facts.map(([name, value]) => [
      name,
      Array.isArray(value) ? (value as unknown[]).slice(0, SHOWN_ITEMS) : value,
    ]),
  );
  if (JSON.stringify(short).length <= MOST_FACTS_BYTES) return short;
  return Object.fromEntries(facts.filter(([, value]) => typeof value !== 'object'));
}
