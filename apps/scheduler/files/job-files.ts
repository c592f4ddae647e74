import type { NodeLink } from '#api-client';
import { parsedText } from '#config';
import { asFailure, isFailure, type Clock, type Failure, type Logger } from '#kernel';
import type { JobView } from '#node-protocol';
import { isAway, isPassing } from '../backoff.js';
import type { JobDirectory, JobFileEntry } from './job-directory.js';
import { jobsIn, problemsOf, type FileJob } from './job-documents.js';

export interface JobFilesParts {
  readonly link: Pick<NodeLink, 'putJobFile' | 'removeJobFile'>;
  readonly directory: JobDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly clientId: string;
}

/** What the API refused may be right once something else has changed there. */
const REFUSED_AGAIN_MS = 60_000;

interface KnownFile {
  readonly stamp: string;
  readonly digest: string | undefined;
  /** Names of the jobs that stand in it, or stood in it when it could be read last. */
  readonly names: readonly string[];
  /** Not sent yet. */
  readonly unsent: readonly FileJob[];
  /** Sent, and refused. */
  readonly refused: readonly { readonly job: FileJob; readonly at: Date; readonly why: string }[];
}

/** Keeps the API's jobs like the job files of this client. A file that is wrong is told once, and its job left alone. */
export class JobFiles {
  readonly #known = new Map<string, KnownFile>();
  /** Jobs whose files are gone, which the API has not been told yet. */
  readonly #gone = new Set<string>();
  readonly #toldAlone = new WeakSet<FileJob>();
  #trouble: string | undefined;

  constructor(private readonly parts: JobFilesParts) {}

  /** Reads what has changed, and tells what is wrong with it; for that nobody needs the API. */
  async look(): Promise<void> {
    const entries = await this.#list();
    if (!entries) return;
    for (const entry of entries) await this.#take(entry);
    const there = new Set(entries.map(({ name }) => name));
    for (const [name, { names }] of this.#known) {
      if (there.has(name)) continue;
      for (const job of names) this.#gone.add(job);
      this.#known.delete(name);
    }
  }

  /** Rejects with the API's failure when it is away; what was not sent is sent by the next call. */
  async send(): Promise<void> {
    for (const job of this.#gone) await this.#remove(job);
    for (const [name, file] of this.#known) await this.#send(name, file);
  }

  /** Stops the jobs of files that went away while nobody looked. */
  async removeOrphans(jobs: Iterable<JobView>): Promise<void> {
    for (const { origin } of jobs) {
      // Without a digest the API knows already that the file is gone.
      if (origin.kind !== 'file' || origin.digest === '') continue;
      if (this.#isOrphan(origin.file)) await this.#remove(origin.file);
    }
  }

  #isOrphan(job: string): boolean {
    // The directory cannot be looked into: nothing is known.
    if (this.#trouble !== undefined) return false;
    const file = this.#known.get(job) ?? this.#known.get(job.replace(/#\d+$/, ''));
    if (!file) return true;
    // Nobody knows what stands in a file that cannot be read.
    return file.digest !== undefined && file.names.length > 0 && !file.names.includes(job);
  }

  async #list(): Promise<readonly JobFileEntry[] | undefined> {
    try {
      const entries = await this.parts.directory.list();
      this.#trouble = undefined;
      return entries;
    } catch (error) {
      const { code, message, hint } = asFailure(error);
      if (this.#trouble !== message)
        this.parts.logger.error('job files cannot be listed', { code, reason: message, hint });
      this.#trouble = message;
      return undefined;
    }
  }

  async #take({ name, stamp }: JobFileEntry): Promise<void> {
    const before = this.#known.get(name);
    if (before?.stamp === stamp) return;
    const keep = { digest: undefined, names: [], unsent: [], refused: [], ...before, stamp };
    try {
      const { text, digest } = await this.parts.directory.read(name);
      if (before?.digest === digest) return void this.#known.set(name, keep);
      // Until this one is understood, what was sent of the earlier one stands.
      this.#known.set(name, { ...keep, digest, unsent: [], refused: [] });
      const { jobs, refused } = jobsIn(name, parsedText(name, text), this.parts.clientId);
      for (const job of refused) this.#tell(job.name, job.reasons);
      const names = [...jobs, ...refused].map((job) => job.name);
      for (const gone of keep.names.filter((job) => !names.includes(job))) this.#gone.add(gone);
      this.#known.set(name, { stamp, digest, names, unsent: jobs, refused: [] });
    } catch (error) {
      if (!isFailure(error, 'input.file-unreadable', 'input.file-malformed')) throw error;
      if (!this.#known.has(name) || this.#known.get(name)?.stamp !== stamp) this.#known.set(name, keep);
      this.#tell(name, [error.message]);
    }
  }

  async #send(name: string, file: KnownFile): Promise<void> {
    const now = this.parts.clock.now();
    const again = file.refused.filter(({ at }) => now.getTime() - at.getTime() >= REFUSED_AGAIN_MS);
    const due = [...file.unsent, ...again.map(({ job }) => job)];
    for (const job of due) {
      const before = file.refused.find((one) => one.job === job)?.why;
      const why = await this.#put(job, file.digest ?? '', before);
      const known = this.#known.get(name) ?? file;
      this.#known.set(name, {
        ...known,
        unsent: known.unsent.filter((one) => one !== job),
        refused: [
          ...known.refused.filter((one) => one.job !== job),
          ...(why === undefined ? [] : [{ job, at: now, why }]),
        ],
      });
    }
  }

  /** Gives back why the API does not want it. */
  async #put(job: FileJob, digest: string, before: string | undefined): Promise<string | undefined> {
    const { clientId, link, logger } = this.parts;
    try {
      const wrong = job.problems.length > 0 && { problems: [...job.problems] };
      const taken = await link.putJobFile(job.name, { clientId, digest, job: job.spec, ...wrong });
      logger.info('job file taken', { file: job.name, job: taken.id, runs: taken.runs });
      return undefined;
    } catch (error) {
      const failure = asFailure(error);
      if (isAway(failure)) {
        this.#tellAlone(job);
        throw failure;
      }
      const reasons = this.#reasonsOf(job, failure);
      const why = reasons.join('\n');
      if (why !== before) this.#tell(job.name, reasons);
      return why;
    }
  }

  /** What the API would add is not known; what is wrong here need not wait for it. */
  #tellAlone(job: FileJob): void {
    if (job.problems.length === 0 || this.#toldAlone.has(job)) return;
    this.#toldAlone.add(job);
    this.#tell(job.name, job.told(job.problems));
  }

  #reasonsOf(job: FileJob, failure: Failure): readonly string[] {
    return failure.code === 'input.invalid' ? job.told(problemsOf(failure)) : [failure.message];
  }

  async #remove(job: string): Promise<void> {
    try {
      const { stopped } = await this.parts.link.removeJobFile(job, this.parts.clientId);
      this.parts.logger.info('job file is gone', { file: job, stopped });
      this.#gone.delete(job);
    } catch (error) {
      const failure = asFailure(error);
      if (isAway(failure)) throw failure;
      // The API may know it no more; where it only failed, the next call tries again.
      if (!isPassing(failure)) this.#gone.delete(job);
      this.parts.logger.warn('the API does not let a job file go', { file: job, reason: failure.message });
    }
  }

  #tell(file: string, reasons: readonly string[]): void {
    this.parts.logger.error('job file refused', { file, reason: reasons.join('; ') });
  }
}
