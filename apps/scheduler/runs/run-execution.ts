import type { Attempt } from '#domain';
import { asFailure, type Failure, type Logger } from '#kernel';
import type { HeartbeatRequest } from '#node-protocol';
import type { Agent } from '../agents/agents.js';
import type { ApiHealth } from '../api-health.js';
import type { JournalledRun } from '../journal/journalled-run.js';
import type { SchedulerParts } from '../scheduler-parts.js';
import { until } from '../until.js';
import { agentlessAttempt, endedAttempt } from './attempt-end.js';
import { claimUntilAnswered } from './claiming.js';
import { beatUntil } from './heartbeats.js';
import { Interruptible } from './interruption.js';
import { reportUntilTaken } from './reporter.js';
import { boundedAttempts, runEnd } from './run-end.js';
import { nextAct, whatItDoes } from './run-plan.js';
import { RunRecord } from './run-record.js';
import { storagesUntilAnswered } from './storages.js';

export interface ExecutionSettings {
  readonly disableExec: boolean;
  readonly cancelGraceMs: number;
  /** Whether the schedule of the run's job has anything to come. */
  readonly hasMore: (run: JournalledRun) => boolean;
  /** The claim was answered: its occurrence is dealt with. */
  readonly onClaimed: (run: JournalledRun, refused: Failure | undefined) => Promise<void>;
  /** Its slot is free; what is left is to report it. */
  readonly onEnded: () => void;
}

/**
 * One run from its claim to its report. Everything is in the journal before it is done, so that another process can go
 * on from any point of it; `stopping` leaves it there, with its agent at work.
 */
export class RunExecution {
  readonly #record: RunRecord;
  readonly #interruptible: Interruptible;
  #logger: Logger;
  #agent: Agent | undefined;
  #works = true;

  constructor(
    run: JournalledRun,
    private readonly parts: SchedulerParts & { readonly health: ApiHealth },
    private readonly settings: ExecutionSettings,
    private readonly stopping: AbortSignal,
  ) {
    this.#interruptible = new Interruptible(stopping);
    if (run.cancelled) this.#interruptible.interrupt('cancelled');
    this.#works = run.phase !== 'ended';
    const { jobId, occurrence } = run.claim;
    const facts = { job: jobId, occurrence };
    this.#logger = parts.logger.child(run.grant ? { ...facts, run: run.grant.runId } : facts);
    this.#record = new RunRecord(parts.journal, run, this.#logger);
  }

  get run(): JournalledRun {
    return this.#record.now;
  }

  get jobId(): string {
    return this.run.claim.jobId;
  }

  /** It takes a slot: it is not merely to be reported. */
  get works(): boolean {
    return this.#works;
  }

  cancel(): void {
    this.#interruptible.interrupt('cancelled');
  }

  /** Resolves when the run is over, reported or given up. Rejects when the scheduler ends, or cannot go on. */
  async execute(): Promise<void> {
    const resumed = this.run.phase === 'running';
    if (this.run.phase === 'claiming' && !(await this.#claim())) return this.#end();
    if (this.run.phase === 'running') await this.#work(resumed);
    this.#end();
    const { report } = this.run;
    if (report) await reportUntilTaken(this.#record.grant.runId, report, this.#told, this.stopping);
    await this.#record.close();
  }

  get #told() {
    return { ...this.parts, logger: this.#logger };
  }

  #end(): void {
    if (!this.#works) return;
    this.#works = false;
    this.settings.onEnded();
  }

  async #claim(): Promise<boolean> {
    await this.#record.change({});
    const { claim } = this.run;
    const answer = await claimUntilAnswered(claim, this.parts, this.stopping);
    if ('refused' in answer) {
      const { code, message } = answer.refused;
      this.#logger.info('the occurrence is not ours to run', { code, reason: message });
      await this.settings.onClaimed(this.run, answer.refused);
      await this.#record.close();
      return false;
    }
    const { run, job, leaseMs, storages } = answer.granted;
    const grant = { runId: run.id, fence: run.fence, leaseMs, job, ...(storages?.length && { storages }) };
    await this.#record.keep({ phase: 'running', grant, startedAt: this.parts.clock.now() });
    await this.settings.onClaimed(this.run, undefined);
    this.#logger = this.#logger.child({ run: run.id });
    this.#logger.info('run started', { fence: run.fence });
    return true;
  }

  /** All that is to be done, with a heart that beats meanwhile; then the report is in the journal. */
  async #work(resumed: boolean): Promise<void> {
    const { runId, leaseMs } = this.#record.grant;
    const over = new AbortController();
    const ended = AbortSignal.any([over.signal, this.stopping]);
    const run = { id: runId, leaseMs };
    const firstBeat = Promise.withResolvers<void>();
    const tell = () => this.#heartbeat();
    const beating = beatUntil(ended, run, tell, this.#interruptible, this.#told, firstBeat.resolve);
    try {
      // Somebody may have taken over while nobody was here; then nothing more is to be begun.
      if (resumed) await until(firstBeat.promise, this.stopping);
      while (await this.#step());
    } finally {
      over.abort();
      await beating;
    }
    if (this.#interruptible.by === 'disowned') return;
    await this.#record.keep({ phase: 'ended', report: this.#report() });
  }

  /** One act of the plan; says whether there is another one. */
  async #step(): Promise<boolean> {
    this.stopping.throwIfAborted();
    const { by } = this.#interruptible;
    const { job } = this.#record.grant;
    const rules = { disableExec: this.settings.disableExec, cancelled: by === 'cancelled' };
    const now = this.parts.clock.now();
    const act = nextAct(job.actions, this.run.attempts, rules, now);
    // Nobody wants to hear of it; only an agent that a scheduler before this one has started is still to be stopped.
    if (by === 'disowned' && act.act !== 'resume') return false;
    switch (act.act) {
      case 'end':
        return false;
      case 'note':
        await this.#record.keep({ attempts: this.#record.withAttempt(act.attempt) });
        return true;
      case 'resume':
        await this.#resume(act.running);
        return true;
      case 'try': {
        const waitMs = (act.from?.getTime() ?? 0) - now.getTime();
        if (waitMs > 0) {
          await this.#interruptible.sleep(this.parts.clock, waitMs);
          return true;
        }
        const does = whatItDoes(job.actions[act.action] ?? { settings: {} });
        const { action, attempt } = act;
        const begun: Attempt = { action, does, attempt, state: 'running', startedAt: now, steps: [] };
        await this.#attend(begun, async () => {
          await this.#record.change({ attempts: this.#record.withAttempt(begun) });
          return this.#launch(begun);
        });
        return true;
      }
    }
  }

  /** An attempt that a scheduler before this one has begun. */
  async #resume(attempt: Attempt): Promise<void> {
    const order = this.#orderOf(attempt);
    const found = await this.parts.agents.find(order, this.run.agent);
    this.#logger.info('going on with a run', { action: attempt.action, agent: found?.identity?.pid });
    if (found) return this.#attend(attempt, async () => found);
    if (this.#interruptible.by !== undefined)
      return this.#settle(agentlessAttempt(attempt, 'cancelled', this.parts.clock.now()));
    return this.#attend(attempt, () => this.#launch(attempt));
  }

  /** With what the API says of the storages that the action names, asked for anew each time and never written down. */
  async #launch(attempt: Attempt): Promise<Agent> {
    const { runId, fence, job, storages: asking = [] } = this.#record.grant;
    const order = this.#orderOf(attempt);
    const action = job.actions[attempt.action]?.id ?? '';
    if (!asking.includes(action)) return this.parts.agents.start(order);
    const request = { fence, claimId: this.run.claim.claimId, action };
    const { storages } = await storagesUntilAnswered(runId, request, this.#told, this.#interruptible.signal);
    return this.parts.agents.start({ ...order, storages });
  }

  async #attend(attempt: Attempt, begin: () => Promise<Agent>): Promise<void> {
    let agent: Agent;
    try {
      agent = await begin();
    } catch (error) {
      this.stopping.throwIfAborted();
      const [now, cut] = [this.parts.clock.now(), this.#interruptible.by !== undefined];
      const failed = agentlessAttempt(attempt, 'failed', now, asFailure(error));
      return this.#settle(cut ? agentlessAttempt(attempt, 'cancelled', now) : failed);
    }
    this.#agent = agent;
    await this.#record.keep({ agent: agent.identity });
    const stop = () =>
      void agent.stop(this.settings.cancelGraceMs).catch((error: unknown) => this.#complain(error));
    const calm = this.#interruptible.whenInterrupted(() => {
      // Written down, so that it is stopped after a restart as well.
      if (this.#interruptible.by === 'cancelled') void this.#record.keep({ cancelled: true });
      stop();
    });
    try {
      const end = await until(agent.ended, this.stopping);
      const cancelled = this.#interruptible.by !== undefined;
      const ended = endedAttempt(attempt, end, cancelled, this.parts.clock.now());
      await this.#settle(ended, end.metadata);
    } finally {
      calm();
      this.#agent = undefined;
    }
  }

  async #settle(attempt: Attempt, metadata?: Readonly<Record<string, unknown>>): Promise<void> {
    const stored = attempt.state === 'succeeded' || attempt.state === 'incomplete';
    const { backups } = this.run;
    await this.#record.keep({
      attempts: this.#record.withAttempt(attempt),
      agent: undefined,
      ...(metadata && stored && { backups: [...backups, metadata] }),
    });
    const { action, attempt: number, state, exitCode, failure } = attempt;
    const facts = { action, attempt: number, does: attempt.does, state, exitCode };
    if (stored && !metadata && attempt.does === 'backup' && attempt.facts?.['dryRun'] !== true) {
      this.#logger.warn(
        'a backup is stored, but what it tells of itself is gone: the API will not know it',
        facts,
      );
    }
    const words = 'attempt ended';
    if (!failure) this.#logger.info(words, facts);
    else this.#logger.warn(words, { ...facts, code: failure.code, reason: failure.message });
  }

  #report(): NonNullable<JournalledRun['report']> {
    const { attempts, backups } = this.run;
    const { grant } = this.#record;
    const now = this.parts.clock.now();
    const rules = { disableExec: this.settings.disableExec, cancelled: false };
    // Who cancels when the last action has just ended comes too late.
    const left = nextAct(grant.job.actions, attempts, rules, now).act !== 'end';
    const cut = left && this.#interruptible.by === 'cancelled';
    const end = runEnd({ fence: grant.fence, startedAt: this.run.startedAt ?? now, attempts, cut }, now);
    return {
      ...end,
      attempts: [...wire(end.attempts)],
      more: this.settings.hasMore(this.run),
      backups: backups.slice(-1000),
    };
  }

  async #heartbeat(): Promise<HeartbeatRequest> {
    // What cannot be read is not told; the lease matters more.
    const trace = await this.#agent?.look().catch(() => undefined);
    const attempts = boundedAttempts(this.run.attempts).map((attempt) =>
      attempt.state === 'running' && trace ? { ...attempt, steps: trace.steps } : attempt,
    );
    const running = attempts.findLast(({ state }) => state === 'running');
    const progress = running &&
      trace && {
        ...{ action: running.action, attempt: running.attempt, bytes: 0 },
        ...(trace.step !== undefined && { step: trace.step }),
        ...trace.progress,
      };
    const { fence } = this.#record.grant;
    return {
      fence,
      startedAt: this.run.startedAt,
      attempts: [...wire(attempts)],
      ...(progress && { progress }),
    };
  }

  #orderOf({ action, attempt }: Attempt) {
    const settings = this.#record.grant.job.actions[action]?.settings ?? {};
    return { directory: this.#record.directory, name: `${action}-${attempt}`, settings };
  }

  #complain(error: unknown): void {
    const failure = asFailure(error);
    this.#logger.error('the agent cannot be stopped', { code: failure.code, reason: failure.message });
  }
}

/** The schemas of the wire know arrays that may be changed only. */
function wire(attempts: readonly Attempt[]): NonNullable<HeartbeatRequest['attempts']> {
  return attempts as NonNullable<HeartbeatRequest['attempts']>;
}
