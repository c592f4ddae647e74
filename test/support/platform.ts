import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openApiClient, type ApiClient } from '#api-client';
import { freePort, temporaryDirectory, type TemporaryDirectory } from '#host';
import { deadline, systemClock } from '#kernel';
import type { JobActionSpec, JobSpec, JobView, RunView } from '#node-protocol';
import { startService, type ServiceOptions, type ServiceProcess } from './service-process.js';

export interface PlatformFixtureOptions extends ServiceOptions {
  readonly concurrentJobs?: number;
  /** Short, so that tests see lost runs. */
  readonly leaseSeconds?: number;
  /** Further options of `firn-api` and `firn-scheduler`. */
  readonly apiArgs?: readonly string[];
  readonly schedulerArgs?: readonly string[];
  /** For the API only, such as `DATABASE_URL`. */
  readonly apiEnv?: Readonly<Record<string, string>>;
}

/** A run as the scheduler has written it down, as far as tests look into it. */
export interface JournalEntry {
  readonly phase: 'claiming' | 'running' | 'ended';
  readonly claim: { readonly jobId: string };
  readonly attempts: readonly { readonly action: number; readonly attempt: number; readonly state: string }[];
  /** Leads a process group. */
  readonly agent?: { readonly pid: number };
}

const PATIENCE_MS = 60_000;
const POLL_MS = 50;
const CLIENT = 'node1';

/** API and scheduler as processes of their own, which tests may stop, kill and start again. */
export class PlatformFixture implements AsyncDisposable {
  readonly state: string;
  readonly schedulerState: string;
  readonly jobs: string;
  /** A directory for sources, containers and what jobs write. */
  readonly data: string;
  readonly apiUrl: string;
  readonly clientId = CLIENT;
  /** As the administrator. */
  readonly api: ApiClient;
  /** Those that run, or ran last. */
  apiProcess!: ServiceProcess;
  scheduler!: ServiceProcess;
  readonly #started: ServiceProcess[] = [];

  private constructor(
    private readonly place: TemporaryDirectory,
    private readonly port: number,
    private readonly options: PlatformFixtureOptions,
  ) {
    this.state = join(place.path, 'state');
    this.schedulerState = join(place.path, 'scheduler');
    this.jobs = join(place.path, 'jobs');
    this.data = join(place.path, 'data');
    this.apiUrl = `http://127.0.0.1:${port}`;
    this.api = this.clientOf('admin', ADMIN_PASSWORD);
  }

  /** A platform whose API and scheduler run. */
  static async start(options: PlatformFixtureOptions = {}): Promise<PlatformFixture> {
    const platform = await PlatformFixture.prepare(options);
    try {
      await platform.startApi();
      await (await platform.startScheduler()).told('registered');
      return platform;
    } catch (error) {
      await platform[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The place of a platform of which nothing runs yet. */
  static async prepare(options: PlatformFixtureOptions = {}): Promise<PlatformFixture> {
    const place = await temporaryDirectory('firn-platform-test-');
    // Root's database runs as another user; tests as `nobody` work here too.
    chmodSync(place.path, options.asNobody ? 0o777 : 0o711);
    const platform = new PlatformFixture(place, await freePort(), options);
    for (const directory of [platform.jobs, platform.data]) {
      mkdirSync(directory);
      if (options.asNobody) chmodSync(directory, 0o777);
    }
    return platform;
  }

  /** Resolves when it is ready, or, with `answering: false`, when it has been started. */
  async startApi(wish: { readonly answering?: boolean } = {}): Promise<ServiceProcess> {
    const { leaseSeconds = 60, apiArgs = [], apiEnv, env } = this.options;
    this.apiProcess = await startService(
      'api',
      [
        ...[`--port=${this.port}`, `--state-dir=${this.state}`, `--lease-seconds=${leaseSeconds}`],
        ...[`--service-user-file=${this.#account}`, ...apiArgs],
      ],
      { ...this.options, env: { ...env, FIRN_ADMIN_PASSWORD: ADMIN_PASSWORD, ...apiEnv } },
    );
    this.#started.push(this.apiProcess);
    if (wish.answering !== false) {
      await this.apiProcess.until('listening', ({ out }) => out.find((line) => line.includes('listens on')));
    }
    return this.apiProcess;
  }

  /** `more` are options of this one alone, such as another `--state-dir`. */
  async startScheduler(...more: readonly string[]): Promise<ServiceProcess> {
    const { concurrentJobs = 4, schedulerArgs = [], env } = this.options;
    this.scheduler = await startService(
      'scheduler',
      [
        ...[`--api-url=${this.apiUrl}`, `--credentials-file=${this.#account}`, `--client-id=${CLIENT}`],
        ...[`--jobs-dir=${this.jobs}`, `--state-dir=${this.schedulerState}`, '--poll-seconds=1'],
        ...[`--concurrent-jobs=${concurrentJobs}`, '--timezone=UTC', ...schedulerArgs, ...more],
      ],
      { ...this.options, ...(env && { env }) },
    );
    this.#started.push(this.scheduler);
    return this.scheduler;
  }

  clientOf(username: string, password: string): ApiClient {
    return openApiClient({
      apiUrl: this.apiUrl,
      clock: systemClock,
      credentials: async () => ({ username, password }),
    });
  }

  /** Writes a job file as an installer should: whole, under its name at once. JSON is YAML too. */
  writeJob(file: string, job: object | string): void {
    const text = typeof job === 'string' ? job : JSON.stringify(job, null, 2);
    writeFileSync(join(this.jobs, `.${file}.new`), text, { mode: 0o644 });
    renameSync(join(this.jobs, `.${file}.new`), join(this.jobs, file));
  }

  /** The account that the API has written for the scheduler. */
  account(): { username: string; password: string } {
    return JSON.parse(readFileSync(this.#account, 'utf8')) as { username: string; password: string };
  }

  /** The job of a file, once the scheduler has brought it to the API. */
  jobOf(file: string): Promise<JobView> {
    return this.until(`job file ${file} is taken`, async () => {
      const { items } = await this.api.jobs.list({ limit: 1000 });
      return items.find(({ origin }) => origin.kind === 'file' && origin.file === file);
    });
  }

  /** Every run of a job, the oldest first. */
  async runsOf(job: string): Promise<readonly RunView[]> {
    const { items } = await this.api.runs.list({ jobId: job, limit: 1000, oldestFirst: true });
    return items;
  }

  /** The first run of a job once `fits` says yes; by default once it has ended. */
  runOf(job: string, fits: (run: RunView) => boolean = hasEnded): Promise<RunView> {
    return this.until(`a run of job ${job}`, async () => (await this.runsOf(job)).find(fits));
  }

  /** Asks again and again, also over failures such as an API that is away, for a minute at most. */
  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    let last: unknown;
    const limit = deadline(PATIENCE_MS, new Error(`not within a minute: ${what}`));
    try {
      while (!limit.signal.aborted) {
        try {
          const answer = await ask();
          if (answer !== undefined) return answer;
        } catch (error) {
          last = error;
        }
        await systemClock.sleep(POLL_MS);
      }
    } finally {
      limit.clear();
    }
    const said = [this.apiProcess, this.scheduler].flatMap((service?: ServiceProcess) =>
      service?.log.slice(-8),
    );
    throw new Error(`not within a minute: ${what}; last said: ${JSON.stringify(said)}`, { cause: last });
  }

  /** Makes a job of the client; without retries where an action does not say. */
  makeJob(actions: readonly JobActionSpec[], rest: Partial<JobSpec> = {}): Promise<JobView> {
    const all = actions.map((action) => ({ maxRetries: 0, ...action }));
    return this.api.jobs.create({ clientId: CLIENT, actions: all, ...rest });
  }

  /** The runs that the scheduler has in its journal: those that are not reported. */
  journal(state = this.schedulerState): readonly JournalEntry[] {
    const runs = join(state, 'runs');
    if (!existsSync(runs)) return [];
    return readdirSync(runs).flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(join(runs, name, 'run.json'), 'utf8')) as JournalEntry];
      } catch {
        // It is being made, or has just been reported.
        return [];
      }
    });
  }

  /** That of the job's newest run, while it is not reported. */
  journalled(job: string, fits: (entry: JournalEntry) => boolean = () => true): Promise<JournalEntry> {
    return this.until(`journal of job ${job}`, async () =>
      this.journal().find((entry) => entry.claim.jobId === job && fits(entry)),
    );
  }

  /** Numbers of processes whose arguments name this platform's place. */
  leftovers(): readonly number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(this.place.path))
      .map(Number);
  }

  /** Stops what runs, the scheduler first, ends what tests have left, and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#started.toReversed()) await service.stop();
    await this.until('nothing runs', async () => {
      const left = this.leftovers();
      left.forEach(killNow);
      return left.length === 0 ? true : undefined;
    });
    await this.place.remove();
  }

  get #account(): string {
    return join(this.state, 'secrets', 'scheduler.json');
  }
}

const ADMIN_PASSWORD = 'a password for tests';

function hasEnded({ state }: RunView): boolean {
  return ['succeeded', 'incomplete', 'failed', 'cancelled'].includes(state);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
