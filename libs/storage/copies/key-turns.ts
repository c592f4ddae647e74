import { Slots } from '../decorators/slots.js';
import type { ObjectKey } from '../storage-backend.js';

/** One at a time for each key: of two puts of one key each copy would else choose a winner of its own. */
export class KeyTurns {
  readonly #lines = new Map<ObjectKey, { readonly slots: Slots; users: number }>();

  async run<T>(key: ObjectKey, act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
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
