import type { Clock } from '#kernel';
import { emptyTrace, traced, type AgentTrace } from '../agents/agent-trace.js';
import type { Agent, AgentEnd, AgentOrder, Agents } from '../agents/agents.js';

/** What a scripted agent does. */
export interface AgentScript {
  /** How long it works. */
  readonly ms?: number;
  readonly state?: 'succeeded' | 'incomplete' | 'failed' | 'cancelled';
  readonly exitCode?: number;
  /** Of its summary. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Ends without a summary. */
  readonly vanishes?: boolean;
  /** Ends only when it is killed. */
  readonly deaf?: boolean;
}

/** Agents that do what a script says, in a world of their own: they outlive the scheduler that has started them. */
export class ScriptedAgents implements Agents {
  /** `job-1/0-1`: every start, in order. */
  readonly started: string[] = [];
  readonly stopped: string[] = [];
  /** The most that were at work at one time. */
  most = 0;
  #working = 0;
  readonly #agents = new Map<string, Agent>();

  constructor(
    private readonly clock: Clock,
    private readonly script: (order: AgentOrder, turn: number) => AgentScript,
  ) {}

  async start(order: AgentOrder): Promise<Agent> {
    const name = `${order.directory}/${order.name}`;
    const turn = this.started.push(name);
    this.#working += 1;
    this.most = Math.max(this.most, this.#working);
    const agent = this.#agent(name, this.script(order, turn), 1000 + turn);
    this.#agents.set(name, agent);
    return agent;
  }

  async find(order: AgentOrder): Promise<Agent | undefined> {
    return this.#agents.get(`${order.directory}/${order.name}`);
  }

  #agent(name: string, script: AgentScript, pid: number): Agent {
    const stop = new AbortController();
    const killed = Promise.withResolvers<void>();
    let trace: AgentTrace = traced(emptyTrace, { type: 'step-started', step: 'transfer' });
    trace = traced(trace, { type: 'progress', bytes: 4096 });
    const work = async (): Promise<AgentEnd> => {
      const slept = this.clock.sleep(script.ms ?? 100, stop.signal).catch(() => undefined);
      await Promise.race([script.deaf ? killed.promise : slept, killed.promise]);
      this.#working -= 1;
      if (script.vanishes || (script.deaf && stop.signal.aborted)) {
        return { trace, errors: 'Killed', exitCode: undefined, signal: 'SIGKILL' };
      }
      const state = stop.signal.aborted ? 'cancelled' : (script.state ?? 'succeeded');
      const exitCode = script.exitCode ?? EXIT_CODES[state];
      if (state === 'failed') {
        trace = traced(trace, { type: 'failure', code: 'storage.full', message: 'no space', exitCode });
      }
      trace = traced(trace, { type: 'step-ended', step: 'transfer', state, ms: 5 });
      trace = traced(trace, { type: 'summary', action: 'backup', state, exitCode, ...script.facts });
      return { trace, errors: '', exitCode, metadata: script.metadata };
    };
    return {
      identity: { pid },
      look: async () => trace,
      ended: work(),
      stop: async (graceMs) => {
        this.stopped.push(name);
        stop.abort(new Error('TERM'));
        if (!script.deaf) return;
        await this.clock.sleep(graceMs);
        killed.resolve();
      },
    };
  }
}

const EXIT_CODES = { succeeded: 0, incomplete: 3, failed: 8, cancelled: 130 } as const;
