import { hexId, asFailure, isFailure, type Failure, type Logger } from '#kernel';
import type { JobView } from '#node-protocol';
import { ActiveRuns } from './active-runs.js';
import { ApiHealth } from './api-health.js';
import { isAway, waitAfter } from './backoff.js';
import { JobFiles } from './files/job-files.js';
import { JobBoard } from './job-board.js';
import type { JournalledRun } from './journal/journalled-run.js';
import { RunExecution } from './runs/run-execution.js';
import type { SchedulerParts, SchedulerSettings } from './scheduler-parts.js';
import { dueJobs, hasMore, nextDueAt, type DueJob } from './triggers.js';
import { Waker } from './waker.js';

/** After a run could not even be begun, as on a full disk. */
const HOLD_MS = 10_000;

/**
 * The scheduler of one client: one loop that keeps API, job files and runs together. Between two polls it wakes when a
 * job comes due, when a run has ended, and when a job file has changed.
 */
export class Daemon {
  readonly #board: JobBoard;
  readonly #files: JobFiles;
  readonly #health: ApiHealth;
  readonly #runs = new ActiveRuns();
  readonly #waker: Waker;
  readonly #logger: Logger;
  #registered = false;
  #toLook = false;
  #failures = 0;
  #pollAt = 0;
  #holdUntil = 0;

  constructor(
    private readonly parts: SchedulerParts,
    private readonly settings: SchedulerSettings,
  ) {
    const { clientId, timezone, apiUrl, username } = settings;
    this.#logger = parts.logger;
    this.#board = new JobBoard(parts, timezone);
    this.#files = new JobFiles({ ...parts, directory: parts.jobDirectory, clientId });
    this.#health = new ApiHealth(parts.logger, { apiUrl, username });
    this.#waker = new Waker(parts.clock);
  }

  /** The runs at work. */
  get working(): number {
    return this.#runs.working;
  }

  /**
   * Runs until `stopping` fires; then takes nothing new and waits, up to `graceMs`, for the runs at work. Those that are
   * still not over are left as they are, with their agents, for the next start. Rejects only when the journal cannot be
   * read.
   */
  async run(stopping: AbortSignal, graceMs = 0): Promise<void> {
    const leaving = new AbortController();
    await this.#board.load();
    for (const run of await this.parts.journal.load()) this.#execute(run, leaving.signal);
    this.parts.jobDirectory.watch(() => this.#filesChanged(), stopping);
    try {
      for (;;) {
        await this.#turn(stopping, leaving.signal);
        await this.#waker.sleep(this.#restMs(), stopping);
      }
    } catch (error) {
      if (!stopping.aborted) throw error;
    }
    await this.#drain(graceMs);
    leaving.abort(new Error('the scheduler ends'));
    const left = this.#runs.all.length;
    if (left === 0) this.#logger.info('scheduler ends');
    else
      this.#logger.info('scheduler ends; runs that are not over go on, and the next start finds them', {
        left,
      });
  }

  async #turn(stopping: AbortSignal, leaving: AbortSignal): Promise<void> {
    const now = this.parts.clock.now().getTime();
    if (now >= this.#pollAt) await this.#sync(stopping);
    else if (this.#toLook) await this.#look();
    stopping.throwIfAborted();
    await this.#startDue(leaving);
  }

  #restMs(): number {
    const now = this.parts.clock.now();
    // A job whose run is not over comes due when that is, and its end wakes us.
    const idle = [...this.#board.jobs].filter(({ view }) => !this.#runs.hasJob(view.id));
    const dueAt = nextDueAt(idle, now)?.getTime() ?? Infinity;
    const held = this.#holdUntil > now.getTime() ? this.#holdUntil : Infinity;
    return Math.max(0, Math.min(dueAt, held, this.#pollAt) - now.getTime());
  }

  /** Job files, jobs and their events, both ways. */
  async #sync(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.parts;
    try {
      await this.#look();
      if (!this.#registered) await this.#register(signal);
      await this.#files.send();
      await this.#poll(signal);
      this.#health.answered();
      this.#failures = 0;
      this.#pollAt = clock.now().getTime() + this.settings.pollMs;
    } catch (error) {
      signal.throwIfAborted();
      const failure = asFailure(error);
      if (isFailure(failure, 'client.missing')) this.#registered = false;
      this.#health.failed(failure);
      this.#failures += 1;
      this.#pollAt = clock.now().getTime() + waitAfter(failure, this.#failures, random);
    }
  }

  async #look(): Promise<void> {
    this.#toLook = false;
    await this.#files.look();
  }

  /** What is wrong with a file is told at once, whatever the API does. */
  #filesChanged(): void {
    this.#toLook = true;
    this.#soon();
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { clientId, hostname, capabilities, timezone, program } = this.settings;
    const { actions, modes, storages, engines } = capabilities;
    const able = { actions: [...actions], modes: [...modes], storages: [...storages], engines: [...engines] };
    await this.parts.link.register({ clientId, hostname, capabilities: able, timezone, program }, signal);
    this.#registered = true;
    this.#logger.info('registered', { client: clientId });
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { jobs, cancel } = await this.parts.link.poll(this.settings.clientId, signal);
    this.#board.replace(jobs);
    this.#runs.cancel(({ grant }) => grant !== undefined && cancel.includes(grant.runId));
    for (const job of jobs) await this.#takeNote(job, signal);
    await this.#files.removeOrphans(jobs);
  }

  /** Acts on the event of a job, and says so then: an event that was not heard of is told again. */
  async #takeNote(job: JobView, signal: AbortSignal): Promise<void> {
    const { id, event, status, activation } = job;
    if (event === undefined && status !== 'new') return;
    if (event === 'abort') this.#runs.cancel(({ claim }) => claim.jobId === id);
    if (event !== undefined) this.#logger.info('job event', { job: id, event });
    const { clientId } = this.settings;
    const running = this.#runs.isWorkingOn(id);
    const noted = { clientId, ...(event && { event }), activation: activation.count, running };
    try {
      this.#board.update(await this.parts.link.acknowledge(id, noted, signal));
    } catch (error) {
      const failure = asFailure(error);
      if (isAway(failure)) throw failure;
      // One job that the API stumbles over must not keep the others waiting.
      this.#logger.warn('the API did not take note', {
        job: id,
        code: failure.code,
        reason: failure.message,
      });
    }
  }

  async #startDue(leaving: AbortSignal): Promise<void> {
    const now = this.parts.clock.now();
    if (now.getTime() < this.#holdUntil) return;
    const idle = [...this.#board.jobs].filter(({ view }) => !this.#runs.hasJob(view.id));
    for (const due of dueJobs(idle, now)) {
      if (due.missed) await this.#pass(due);
      else if (this.#runs.working < this.settings.concurrentJobs) this.#start(due, leaving);
    }
  }

  async #pass({ job, occurrence }: DueJob): Promise<void> {
    const dueAt = occurrence.dueAt.toISOString();
    this.#logger.warn('an occurrence was missed too long ago', { job: job.view.id, dueAt });
    await this.#board.note(job.view.id, occurrence.dueAt);
  }

  #start({ job, occurrence, skipped }: DueJob, leaving: AbortSignal): void {
    const { view } = job;
    if (skipped > 0) this.#logger.info('one occurrence stands for several', { job: view.id, skipped });
    const { clientId, holder } = this.settings;
    this.#execute(
      {
        ...{ version: 1, phase: 'claiming', attempts: [], cancelled: false, backups: [] },
        claim: {
          ...{ clientId, jobId: view.id, jobRevision: view.revision, holder },
          ...{ occurrence: occurrence.key, dueAt: occurrence.dueAt },
          claimId: hexId<'claim'>(this.parts.randomBytes(16)),
        },
      },
      leaving,
    );
  }

  #execute(run: JournalledRun, leaving: AbortSignal): void {
    const { disableExec, cancelGraceMs } = this.settings;
    const execution = new RunExecution(
      run,
      { ...this.parts, health: this.#health },
      {
        ...{ disableExec, cancelGraceMs, onEnded: () => this.#soon() },
        hasMore: (ended) => this.#hasMore(ended),
        onClaimed: (claimed, refused) => this.#claimed(claimed, refused),
      },
      leaving,
    );
    this.#runs.add(execution);
    void execution
      .execute()
      .catch((error: unknown) => this.#broken(asFailure(error), leaving))
      .finally(() => {
        this.#runs.remove(execution);
        this.#soon();
      });
  }

  async #claimed({ claim, grant }: JournalledRun, refused: Failure | undefined): Promise<void> {
    await this.#board.note(claim.jobId, claim.dueAt);
    if (refused) this.#soon();
    else if (grant && this.#board.get(claim.jobId)) this.#board.update(grant.job);
  }

  #hasMore({ claim, grant }: JournalledRun): boolean {
    const known = this.#board.get(claim.jobId);
    const now = this.parts.clock.now();
    if (known) return hasMore(known, claim.dueAt, now);
    if (!grant) return false;
    const { schedule, activation } = grant.job;
    const job = {
      schedule: { ...schedule, timezone: schedule.timezone ?? this.settings.timezone },
      activation: { count: activation.count, at: new Date(activation.at) },
    };
    return hasMore(job, claim.dueAt, now);
  }

  #broken({ code, message }: Failure, leaving: AbortSignal): void {
    if (leaving.aborted) return;
    this.#logger.error('a run cannot go on', { code, reason: message });
    this.#holdUntil = this.parts.clock.now().getTime() + HOLD_MS;
  }

  /** Something has happened that the API may know more about; while it is away it is not asked more often. */
  #soon(): void {
    if (this.#failures === 0) this.#pollAt = 0;
    this.#waker.wake();
  }

  async #drain(graceMs: number): Promise<void> {
    const { clock } = this.parts;
    const until = clock.now().getTime() + graceMs;
    const never = new AbortController().signal;
    while (this.#runs.all.length > 0 && clock.now().getTime() < until) {
      await this.#waker.sleep(until - clock.now().getTime(), never);
    }
  }
}
