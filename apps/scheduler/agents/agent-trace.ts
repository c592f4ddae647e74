import type { RunFailure, RunStep } from '#domain';
import type { AgentEvent } from '#node-protocol';

export type AgentSummary = Extract<AgentEvent, { type: 'summary' }>;

/** What an agent has told, as far as others want to know it. Bounded: 200 steps, and the last of all else. */
export interface AgentTrace {
  readonly steps: readonly RunStep[];
  /** That which it is at. */
  readonly step?: string | undefined;
  readonly progress?:
    | {
        readonly bytes: number;
        readonly totalBytes?: number | undefined;
        readonly files?: number | undefined;
      }
    | undefined;
  readonly failure?: RunFailure | undefined;
  readonly summary?: AgentSummary | undefined;
}

export const emptyTrace: AgentTrace = { steps: [] };

const MOST_STEPS = 200;

/** The trace when this was told, too. */
export function traced(trace: AgentTrace, event: AgentEvent): AgentTrace {
  switch (event.type) {
    case 'step-started': {
      const step = { id: event.step, state: 'running' };
      return { ...trace, step: event.step, steps: [...trace.steps, step].slice(-MOST_STEPS) };
    }
    case 'step-ended': {
      const begun = trace.steps.findLastIndex(({ id, state }) => id === event.step && state === 'running');
      const step = { id: event.step, state: event.state, ms: event.ms };
      const steps = begun < 0 ? [...trace.steps, step] : trace.steps.with(begun, step);
      return { ...trace, step: undefined, steps: steps.slice(-MOST_STEPS) };
    }
    case 'progress': {
      const { bytes, totalBytes, files } = event;
      const known = {
        bytes,
        ...(totalBytes !== undefined && { totalBytes }),
        ...(files !== undefined && { files }),
      };
      return { ...trace, progress: mapped(known, (n) => Math.max(0, Math.round(n))) };
    }
    case 'failure': {
      const { code, message, hint } = event;
      const failure = { code, message: message.slice(0, 2000), ...(hint !== undefined && { hint }) };
      return { ...trace, failure };
    }
    case 'summary':
      return { ...trace, summary: event };
  }
}

function mapped<T extends object>(numbers: T, change: (n: number) => number): T {
  return Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, change(n as number)])) as T;
}
