import type { Clock } from '#kernel';
import type { SchedulerParts } from '../scheduler-parts.js';

/**
 * Parts of a scheduler that dies at its nth effect: the effect takes place, and then nothing more happens, no answer and
 * no clean-up, as after SIGKILL. Effects are requests to the API, writes to the journal, and starts of agents.
 */
export class Mortal {
  effects = 0;
  #dead = false;
  readonly parts: SchedulerParts;

  constructor(
    parts: SchedulerParts,
    private readonly last: number,
  ) {
    this.parts = {
      ...parts,
      link: this.#mortal(parts.link),
      journal: this.#mortal(parts.journal),
      agents: this.#mortal(parts.agents),
      clock: this.#clock(parts.clock),
    };
  }

  get isDead(): boolean {
    return this.#dead;
  }

  #mortal<T extends object>(living: T): T {
    return new Proxy(living, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const call = () => Reflect.apply(value, target, args) as unknown;
          return name === 'directoryOf' ? call() : this.#last(call as () => Promise<unknown>);
        };
      },
    });
  }

  async #last(call: () => Promise<unknown>): Promise<unknown> {
    if (this.#dead) return never();
    const dying = (this.effects += 1) === this.last;
    if (dying) this.#dead = true;
    try {
      const answer = await call();
      return this.#dead ? await never() : answer;
    } catch (error) {
      if (this.#dead) return never();
      throw error;
    }
  }

  #clock(clock: Clock): Clock {
    const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
      try {
        await clock.sleep(ms, signal);
      } catch (error) {
        if (!this.#dead) throw error;
      }
      if (this.#dead) await never();
    };
    return { now: () => clock.now(), sleep };
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
