import { scheduleProblems, type Schedule } from '#domain';
import type { Clock, Logger } from '#kernel';
import type { JobView } from '#node-protocol';
import type { Journal } from './journal/journalled-run.js';
import type { KnownJob } from './triggers.js';

/** The jobs of this client as the API told them last. While it is away they stay what they are. */
export class JobBoard {
  #jobs = new Map<string, KnownJob>();
  #done = new Map<string, Date>();
  readonly #refused = new Map<string, number>();

  constructor(
    private readonly parts: { readonly journal: Journal; readonly clock: Clock; readonly logger: Logger },
    private readonly timezone: string,
  ) {}

  async load(): Promise<void> {
    this.#done = new Map(await this.parts.journal.loadOccurrences());
  }

  get jobs(): Iterable<KnownJob> {
    return this.#jobs.values();
  }

  get(id: string): KnownJob | undefined {
    return this.#jobs.get(id);
  }

  /** These are all jobs there are. */
  replace(views: readonly JobView[]): void {
    const known = views.map((view) => this.#known(view)).filter((job) => job !== undefined);
    this.#jobs = new Map(known.map((job) => [job.view.id, job]));
    // Of jobs that are gone nothing need be known: a start of one is a new activation.
    for (const id of this.#done.keys()) if (!this.#jobs.has(id)) this.#done.delete(id);
  }

  /** This job is now so. */
  update(view: JobView): void {
    const job = this.#known(view);
    if (job) this.#jobs.set(view.id, job);
  }

  /** This occurrence of the job need not be thought of again, nor any before it. */
  async note(jobId: string, dueAt: Date): Promise<void> {
    const before = this.#done.get(jobId);
    if (before && before >= dueAt) return;
    this.#done.set(jobId, dueAt);
    const job = this.#jobs.get(jobId);
    if (job) this.#jobs.set(jobId, { ...job, doneAt: dueAt });
    await this.parts.journal.writeOccurrences(this.#done).catch((error: Error) => {
      this.parts.logger.warn('the occurrences cannot be written down', { reason: error.message });
    });
  }

  #known(view: JobView): KnownJob | undefined {
    const before = this.#jobs.get(view.id);
    const schedule = this.#schedule(view, before);
    if (!schedule) return undefined;
    return {
      ...{ view, schedule },
      activation: { count: view.activation.count, at: new Date(view.activation.at) },
      seenAt: before?.seenAt ?? this.parts.clock.now(),
      doneAt: this.#done.get(view.id),
    };
  }

  /** What has been read once is kept, as reading it again takes time for nothing. */
  #schedule(view: JobView, before: KnownJob | undefined): Schedule | undefined {
    if (before?.view.revision === view.revision) return before.schedule;
    const schedule = { ...view.schedule, timezone: view.schedule.timezone ?? this.timezone };
    const [problem] = scheduleProblems(schedule);
    if (!problem) return schedule;
    if (this.#refused.get(view.id) !== view.revision) {
      const reason = `${problem.path}: ${problem.message}`;
      this.parts.logger.error('the schedule of a job cannot be understood', { job: view.id, reason });
      this.#refused.set(view.id, view.revision);
    }
    return undefined;
  }
}
