import { invariant } from '#kernel';

declare const HELD: unique symbol;

/**
 * A named place through which one step hands a value to later ones. Two slots are the same only when they are the same
 * object, so that a value always has the type its slot was made with; the name is for people.
 */
export interface Slot<T> {
  readonly name: string;
  /** Never there; it only lets the compiler tell slots apart by what they hold. */
  readonly [HELD]?: T;
}

/** Makes a slot: `const SOURCE = slot<Source>('source')`. */
export function slot<T>(name: string): Slot<T> {
  return Object.freeze({ name });
}

/** A slot with what is in it before the first step. Made by {@link filled}, which checks the type. */
export interface FilledSlot {
  readonly slot: Slot<unknown>;
  readonly value: unknown;
}

export function filled<T>(place: Slot<T>, value: NoInfer<T>): FilledSlot {
  return { slot: place, value };
}

/** What one may ask of slots. */
export interface Slots {
  /** Whether it was written; a slot that was written with `undefined` is. */
  has(place: Slot<unknown>): boolean;
  /** Its value. Asking for one that was not written is a fault: `internal.unexpected`. */
  get<T>(place: Slot<T>): T;
}

/** The slots of one walk. */
export class SlotTable implements Slots {
  readonly #values = new Map<Slot<unknown>, unknown>();

  constructor(seed: Iterable<FilledSlot> = []) {
    for (const { slot: place, value } of seed) this.#values.set(place, value);
  }

  has(place: Slot<unknown>): boolean {
    return this.#values.has(place);
  }

  get<T>(place: Slot<T>): T {
    invariant(this.#values.has(place), `slot "${place.name}" is empty`);
    // What is stored under a slot came in with its type: `set` and `filled` are the only ways.
    return this.#values.get(place) as T;
  }

  set<T>(place: Slot<T>, value: NoInfer<T>): void {
    this.#values.set(place, value);
  }

  /** Takes over everything that `other` holds. */
  absorb(other: SlotTable): void {
    for (const [place, value] of other.#values) this.#values.set(place, value);
  }
}
