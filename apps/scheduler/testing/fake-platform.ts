import { randomBytes } from 'node:crypto';
import type { NodeLink } from '#api-client';
import {
  acknowledgeEvent,
  beat,
  checkOccurrence,
  claimRun,
  describeSchedule,
  giveUp,
  isActive,
  isLive,
  jobAfterRun,
  jobRuns,
  requestCancel,
  requestEvent,
  settle,
  type Job,
  type JobEvent,
  type Run,
} from '#domain';
import {
  Failure,
  hexId,
  invalid,
  type Clock,
  type JobId,
  type Problem,
  type ProjectId,
  type RunId,
  type UserId,
} from '#kernel';
import type {
  ActionView,
  DeliveredStorage,
  JobSpec,
  JobView,
  RegisterRequest,
  RunView,
} from '#node-protocol';

interface StoredJob {
  readonly job: Job;
  readonly actions: readonly ActionView[];
}

/** An API in memory that follows the rules of the domain, with a diary of what it was told and switches for bad days. */
export class FakePlatform {
  readonly jobs = new Map<string, StoredJob>();
  readonly runs = new Map<string, Run>();
  /** Reports that counted: the same one told again is not here twice. */
  readonly reports: { run: string; state: string; backups: number }[] = [];
  readonly diary: string[] = [];
  readonly clients = new Map<string, RegisterRequest>();
  leaseMs = 60_000;
  /** Storages that actions may name. */
  readonly storages = new Map<string, DeliveredStorage>();
  /** Every request is refused with it. */
  trouble: Failure | undefined;
  /** What is wrong with a job file, if anything. */
  objection: (name: string) => Failure | undefined = () => undefined;
  /** What is found besides in a job file with which something is wrong already. */
  furtherProblems: readonly Problem[] = [];
  #count = 0;

  constructor(private readonly clock: Clock) {}

  readonly link: NodeLink = {
    register: (request) =>
      this.#answer('register', () => {
        this.clients.set(request.clientId, request);
        return {
          client: this.#clientView(request),
          leaseMs: this.leaseMs,
          now: this.clock.now().toISOString(),
        };
      }),
    poll: (clientId) =>
      this.#answer('poll', () => {
        if (!this.clients.has(clientId))
          throw new Failure('client.missing', `there is no client "${clientId}"`);
        const told = [...this.jobs.values()].filter(({ job }) => isLive(job) || job.event !== undefined);
        const cancel = [...this.runs.values()].filter((run) => isActive(run.state) && run.cancelRequestedAt);
        const jobs = told.map((stored) => this.#jobView(stored));
        return { now: this.clock.now().toISOString(), jobs, cancel: cancel.map(({ id }) => id) };
      }),
    putJobFile: (name, { digest, job, problems }) =>
      this.#answer(`put ${name}`, () => {
        const objection = this.objection(name);
        if (objection) throw objection;
        if (problems) throw invalid('job', [...problems, ...this.furtherProblems]);
        const before = this.jobs.get(name);
        return this.#jobView(
          before ?? this.addJob(job, { id: name, origin: { kind: 'file', file: name, digest } }),
        );
      }),
    removeJobFile: (name) =>
      this.#answer(`remove ${name}`, () => {
        const stored = this.jobs.get(name);
        if (!stored) return { stopped: false };
        this.#change(name, { ...stored.job, status: 'stopped', event: undefined });
        return { stopped: true };
      }),
    acknowledge: (id, { event, activation, running }) =>
      this.#answer(`acknowledge ${event ?? 'new'}`, () => {
        const { job } = this.#job(id);
        return this.#jobView(
          this.#change(id, acknowledgeEvent(job, { event, activation, running }, this.clock.now())),
        );
      }),
    claim: (claim) =>
      this.#answer(`claim ${claim.occurrence}`, () => {
        const { job } = this.#job(claim.jobId);
        const now = this.clock.now();
        const existing = [...this.runs.values()].find(
          (run) => run.jobId === claim.jobId && run.occurrence === claim.occurrence,
        );
        if (existing?.claimId !== claim.claimId) checkOccurrence(job, claim);
        const fresh = { id: this.#id<'run'>('run'), project: 'p' as ProjectId };
        const run = claimRun({ ...claim, jobId: job.id }, existing, fresh, this.leaseMs, now);
        this.runs.set(run.id, run);
        const stored = existing ? this.#job(job.id) : this.#change(job.id, jobRuns(job, now));
        const naming = stored.actions.filter(({ settings }) =>
          this.storages.has(String(settings['storage'])),
        );
        const storages = naming.map((action) => action.id);
        return { run: runView(run), job: this.#jobView(stored), leaseMs: this.leaseMs, storages };
      }),
    storages: (id, { fence, claimId, action }) =>
      this.#answer('storages', () => {
        const run = this.#run(id);
        if (run.fence !== fence || run.claimId !== claimId) throw new Failure('run.lease-lost', 'not yours');
        const { settings } = this.#job(run.jobId).actions.find((each) => each.id === action) ?? {};
        const storage = this.storages.get(String(settings?.['storage']));
        return { storages: storage ? [storage] : [] };
      }),
    heartbeat: (id, request) =>
      this.#answer('heartbeat', () => {
        const run = beat(this.#run(id), request, this.leaseMs, this.clock.now());
        this.runs.set(id, run);
        return { leaseUntil: run.leaseUntil.toISOString(), cancel: run.cancelRequestedAt !== undefined };
      }),
    report: (id, request) =>
      this.#answer(`report ${request.state}`, () => {
        const now = this.clock.now();
        const { run, first } = settle(this.#run(id), request, now);
        this.runs.set(id, run);
        if (!first) return { run: runView(run) };
        this.reports.push({ run: id, state: run.state, backups: request.backups.length });
        const stored = this.jobs.get(run.jobId);
        if (stored) this.#change(run.jobId, jobAfterRun(stored.job, run.state, request.more, now));
        return { run: runView(run) };
      }),
  };

  addJob(spec: Omit<JobSpec, 'clientId'>, more: { id?: string; origin?: Job['origin'] } = {}): StoredJob {
    const now = this.clock.now();
    const job: Job = {
      id: (more.id ?? this.#id<'job'>('job')) as JobId,
      ...{ project: 'p' as ProjectId, userId: 'u' as UserId, clientId: 'web1', description: '', actions: [] },
      schedule: spec.schedule ?? {},
      origin: more.origin ?? { kind: 'api' },
      ...{ activation: { count: 1, at: now }, status: 'new', sessionTag: 0, revision: 1 },
      ...{ createdAt: now, updatedAt: now },
    };
    const actions = spec.actions.map((action, place) => ({
      ...{ id: `action-${place}`, project: 'p', settings: action.settings ?? {} },
      maxRetries: action.maxRetries ?? 0,
      maxRetriesInterval: action.maxRetriesInterval ?? 6,
      mandatory: action.mandatory ?? false,
      ...{ createdAt: now.toISOString(), updatedAt: now.toISOString() },
    }));
    const stored = { job, actions };
    this.jobs.set(job.id, stored);
    return stored;
  }

  send(id: string, event: JobEvent): void {
    this.#change(id, requestEvent(this.#job(id).job, event, this.clock.now()).job);
  }

  cancel(id: string): void {
    this.runs.set(id, requestCancel(this.#run(id), 'somebody', this.clock.now()));
  }

  /** Gives up every run of which nothing was heard. */
  settleLost(): void {
    for (const run of this.runs.values()) this.runs.set(run.id, giveUp(run, this.clock.now()));
  }

  /** Another scheduler takes the run. */
  takeOver(id: string): void {
    const run = this.#run(id);
    this.runs.set(id, { ...run, fence: run.fence + 1, holder: 'another', claimId: 'another' });
  }

  runsOf(jobId: string): readonly Run[] {
    return [...this.runs.values()].filter((run) => run.jobId === jobId);
  }

  async #answer<T>(what: string, act: () => T): Promise<T> {
    this.diary.push(what);
    if (this.trouble) throw this.trouble;
    return act();
  }

  #job(id: string): StoredJob {
    const stored = this.jobs.get(id);
    if (!stored) throw new Failure('job.missing', `there is no job "${id}"`);
    return stored;
  }

  #run(id: string): Run {
    const run = this.runs.get(id);
    if (!run) throw new Failure('run.missing', `there is no run "${id}"`);
    return run;
  }

  #change(id: string, job: Job): StoredJob {
    const stored = { ...this.#job(id), job };
    this.jobs.set(id, stored);
    return stored;
  }

  #id<Kind extends 'run' | 'job'>(what: Kind): Kind extends 'run' ? RunId : JobId {
    this.#count += 1;
    return `${what}-${this.#count}` as never;
  }

  #jobView({ job, actions }: StoredJob): JobView {
    return {
      ...job,
      actions: [...actions],
      runs: describeSchedule(job.schedule),
      activation: { count: job.activation.count, at: job.activation.at.toISOString() },
      startedAt: job.startedAt?.toISOString(),
      endedAt: job.endedAt?.toISOString(),
      createdAt: job.createdAt.toISOString(),
      updatedAt: job.updatedAt.toISOString(),
    };
  }

  #clientView({ clientId, hostname, capabilities }: RegisterRequest) {
    const now = this.clock.now().toISOString();
    return {
      ...{
        id: hexId<'record'>(randomBytes(16)),
        project: 'p',
        clientId,
        hostname,
        description: '',
        capabilities,
      },
      ...{ central: false, createdAt: now, updatedAt: now },
    };
  }
}

function runView(run: Run): RunView {
  return JSON.parse(JSON.stringify(run)) as RunView;
}
