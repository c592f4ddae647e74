import type { CommandExit } from '#host';
import type { Clock, Failure, Logger } from '#kernel';
import { databaseFailure, startPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.js';
import { restartWait } from './restart-policy.js';
import { endServerProcesses, send } from './server-processes.js';

const REMEMBERED_DEATHS = 10;

/** A server that is started again when it dies, on the same port, until it is closed or dies too often. */
export class WatchedServer {
  readonly failed: Promise<Failure>;
  #restarts = 0;
  #server: Postmaster | undefined;
  #fail: (failure: Failure) => void = () => undefined;
  readonly #closing = new AbortController();
  readonly #watch: Promise<void>;
  #deaths: readonly number[] = [];

  constructor(
    first: Postmaster,
    private readonly port: number,
    private readonly options: PostmasterOptions,
    private readonly logger: Logger,
  ) {
    this.#server = first;
    this.failed = new Promise((resolve) => (this.#fail = resolve));
    this.#watch = this.#keepAlive();
    process.on('exit', this.#onExit);
  }

  get restarts(): number {
    return this.#restarts;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the database is being closed'));
    await this.#server?.stop();
    await this.#watch;
    process.removeListener('exit', this.#onExit);
  }

  get #clock(): Clock {
    return this.options.clock;
  }

  async #keepAlive(): Promise<void> {
    while (this.#server) {
      const exit = await this.#server.ended;
      this.#server = undefined;
      if (this.#closing.signal.aborted) return;
      this.#server = await this.#startedAgain(exit);
      if (!this.#server) return;
      if (this.#closing.signal.aborted) return await this.#server.stop();
      this.#restarts += 1;
      this.logger.info('database restarted', { pid: this.#server.pid, restarts: this.#restarts });
    }
  }

  /** `undefined` when it is not wanted any more, or was given up. */
  async #startedAgain(exit: CommandExit): Promise<Postmaster | undefined> {
    let cause: unknown;
    let facts: object = { code: exit.code, signal: exit.signal };
    const { signal } = this.#closing;
    for (;;) {
      this.#deaths = [...this.#deaths.slice(-REMEMBERED_DEATHS), this.#clock.now().getTime()];
      const waitMs = restartWait(this.#deaths);
      this.logger.error('database ended', { ...facts, waitMs, lines: this.options.log.lastLines(5) });
      try {
        if (waitMs === undefined) return await this.#giveUp(cause);
        if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
        // Its children end by themselves; while one is there, no other server may start.
        await endServerProcesses(this.options.directory, this.#clock);
        return await startPostmaster(this.port, this.options, signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        cause = error;
        facts = { error: String(error) };
      }
    }
  }

  async #giveUp(cause: unknown): Promise<undefined> {
    await endServerProcesses(this.options.directory, this.#clock);
    this.#fail(
      databaseFailure('the database ended again and again and was given up', this.options.log, cause),
    );
    return undefined;
  }

  /** Nothing can be awaited here; a server that has been asked ends soon after us. */
  readonly #onExit = (): void => {
    if (this.#server) send(this.#server.pid, 'SIGINT');
  };
}
