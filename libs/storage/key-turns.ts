import { Slots } from './decorators/slots.js';
import type { ObjectKey } from './storage-backend.js';

/**
 * Acts on one key one after another, in the order in which they come, and those on others at the same time. Whoever waits
 * for a turn can be called off; an act that has begun sees to its signal itself.
 */
export class KeyTurns {
  readonly #lines = new Map<ObjectKey, { readonly slots: Slots; users: number }>();

  async run<T>(key: ObjectKey, act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const line = this.#lines.get(key) ?? { slots: new Slots(1), users: 0 };
    this.#lines.set(key, line);
    line.users += 1;
    try {
      return await line.slots.run(act, signal);
    } finally {
      line.users -= 1;
      if (line.users === 0) this.#lines.delete(key);
    }
  }
}
