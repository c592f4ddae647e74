import { hash } from 'node:crypto';
import { bytesOf } from '#kernel';

/** 128 bits of SHA-256. */
const WORDS = 4;
const LEAST_SLOTS = 1024;

/** What a slot holds when it has no path: nothing yet, or nothing any more. */
const FREE = 0;
const GONE = 0xff;

/** The next mark of a path; it is taken out when there is none. */
type Change = (mark: number) => number | undefined;

/**
 * Paths, each with a mark from 1 to 254, kept as digests: a table with open addressing that takes 17 bytes a slot and has
 * at most three quarters of its slots taken, whatever the length of the paths. What is in it cannot be listed, only asked
 * for.
 *
 * Two of a billion paths have the same digest by chance once in 10²⁰ times. On purpose it takes 2⁶⁴ attempts to make two
 * such paths, and whoever does so spoils only the backup of both.
 */
export class PathDigests {
  #keys = new Uint32Array(LEAST_SLOTS * WORDS);
  #marks = new Uint8Array(LEAST_SLOTS);
  readonly #sought = new Uint32Array(WORDS);
  /** Slots that are not free. */
  #taken = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(path: string, mark: number): void {
    const slot = this.#find(path);
    const isNew = this.#marks[slot] === FREE;
    this.#marks[slot] = mark;
    if (!isNew) return;
    this.#keys.set(this.#sought, slot * WORDS);
    this.#size += 1;
    this.#taken += 1;
    if (this.#taken * 4 > this.#marks.length * 3) this.#rebuild();
  }

  /** Changes the mark of the path, when it is there, and gives back what it was. */
  update(path: string, change: Change): number | undefined {
    const slot = this.#find(path);
    const mark = this.#marks[slot];
    if (mark === undefined || mark === FREE) return undefined;
    this.#change(slot, mark, change);
    return mark;
  }

  /** Changes the marks of all paths. */
  updateAll(change: Change): void {
    for (const [slot, mark] of this.#marks.entries()) {
      if (mark !== FREE && mark !== GONE) this.#change(slot, mark, change);
    }
    this.#rebuild();
  }

  #change(slot: number, mark: number, change: Change): void {
    const next = change(mark);
    this.#marks[slot] = next ?? GONE;
    if (next === undefined) this.#size -= 1;
  }

  /** The slot of the path, or the free one where it belongs. */
  #find(path: string): number {
    this.#digest(path);
    const [first, second, third, fourth] = this.#sought;
    const last = this.#marks.length - 1;
    for (let slot = (first ?? 0) & last; ; slot = (slot + 1) & last) {
      const mark = this.#marks[slot];
      if (mark === FREE) return slot;
      const at = slot * WORDS;
      const isSame =
        this.#keys[at] === first &&
        this.#keys[at + 1] === second &&
        this.#keys[at + 2] === third &&
        this.#keys[at + 3] === fourth;
      if (isSame && mark !== GONE) return slot;
    }
  }

  #digest(path: string): void {
    // As UTF-8 all bytes of names that are not Unicode would come out the same.
    const text = hash('sha256', path.isWellFormed() ? path : bytesOf(path), 'binary');
    for (let i = 0; i < WORDS; i += 1) {
      const at = i * 4;
      this.#sought[i] =
        text.charCodeAt(at) |
        (text.charCodeAt(at + 1) << 8) |
        (text.charCodeAt(at + 2) << 16) |
        (text.charCodeAt(at + 3) << 24);
    }
  }

  /** Into a table that fits, without what is gone. */
  #rebuild(): void {
    const [keys, marks] = [this.#keys, this.#marks];
    let slots = LEAST_SLOTS;
    while (slots < this.#size * 2) slots *= 2;
    this.#keys = new Uint32Array(slots * WORDS);
    this.#marks = new Uint8Array(slots);
    this.#taken = this.#size;
    for (let from = 0; from < marks.length; from += 1) {
      const mark = marks[from] ?? FREE;
      if (mark === FREE || mark === GONE) continue;
      let slot = (keys[from * WORDS] ?? 0) & (slots - 1);
      while (this.#marks[slot] !== FREE) slot = (slot + 1) & (slots - 1);
      this.#marks[slot] = mark;
      this.#keys.set(keys.subarray(from * WORDS, (from + 1) * WORDS), slot * WORDS);
    }
  }
}
