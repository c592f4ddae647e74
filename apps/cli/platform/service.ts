import type { CommandRunner } from '#host';
import { asFailure, type Clock, type Failure } from '#kernel';
import type { TellPlatform } from './platform-event.js';
import { restartWait } from './restart-policy.js';
import { howItEnded, processFailure } from './service-failure.js';
import { startLife, type Death, type ServiceLife, type ServiceSpec } from './service-life.js';

export interface ServiceParts {
  readonly commands: CommandRunner;
  readonly clock: Clock;
  readonly tell: TellPlatform;
  /** Notes which process runs now. */
  readonly note: (name: ServiceSpec['name'], pid: number) => Promise<void>;
}

/** A program that is started again when it dies, until it is stopped or dies too often. */
export class Service {
  /** Resolves when it was given up. */
  readonly failed: Promise<Failure>;
  #life: ServiceLife | undefined;
  #watch = Promise.resolve();
  #fail: (failure: Failure) => void = () => undefined;
  readonly #lives: number[] = [];
  readonly #stopping = new AbortController();

  private constructor(
    private readonly spec: ServiceSpec,
    private readonly parts: ServiceParts,
    first: ServiceLife,
  ) {
    this.#life = first;
    this.failed = new Promise((resolve) => (this.#fail = resolve));
    process.on('exit', this.#onExit);
  }

  /** Starts its first life, which is not yet watched over: how it ends tells what is wrong. */
  static async start(spec: ServiceSpec, parts: ServiceParts): Promise<Service> {
    return new Service(spec, parts, await noted(spec, parts));
  }

  /** Resolves when the present life ends. */
  get ended(): Promise<Death> | undefined {
    return this.#life?.ended;
  }

  keepAlive(): void {
    this.#watch = this.#keepAlive();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort(new Error(`${this.spec.name} is being stopped`));
    await this.#life?.stop(graceMs);
    await this.#watch;
    process.removeListener('exit', this.#onExit);
  }

  async #keepAlive(): Promise<void> {
    while (this.#life) {
      const death = await this.#life.ended;
      this.#life = undefined;
      if (this.#stopping.signal.aborted) return;
      this.#life = await this.#startedAgain(death);
      if (this.#stopping.signal.aborted) await this.#life?.stop(0);
    }
  }

  /** `undefined` when it is not wanted any more, or was given up. */
  async #startedAgain(death: Death): Promise<ServiceLife | undefined> {
    const { name } = this.spec;
    let { livedMs, lastLines } = death;
    let what = howItEnded(death.exit);
    for (;;) {
      this.#lives.push(livedMs);
      const waitMs = restartWait(this.#lives);
      if (waitMs === undefined) {
        this.#fail(processFailure(name, `${what} again and again`, lastLines));
        return undefined;
      }
      this.parts.tell({ type: 'restarting', process: name, what, waitMs, log: this.spec.log });
      try {
        await this.parts.clock.sleep(waitMs, this.#stopping.signal);
        return await noted(this.spec, this.parts);
      } catch (error) {
        if (this.#stopping.signal.aborted) return undefined;
        what = `cannot be started (${asFailure(error).message})`;
        [livedMs, lastLines] = [0, []];
      }
    }
  }

  /** Nothing can be awaited here; a service that is asked a second time ends at once, and its database with it. */
  readonly #onExit = (): void => {
    if (!this.#life) return;
    try {
      process.kill(this.#life.pid, 'SIGTERM');
    } catch {
      // It has ended meanwhile.
    }
  };
}

async function noted(spec: ServiceSpec, parts: ServiceParts): Promise<ServiceLife> {
  const life = await startLife(spec, parts.commands);
  try {
    await parts.note(spec.name, life.pid);
    return life;
  } catch (error) {
    // Nobody would know of it.
    await life.stop(0);
    throw error;
  }
}
