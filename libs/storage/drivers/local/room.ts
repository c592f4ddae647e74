import { Failure, printable } from '#kernel';
import type { ObjectKey } from '../../storage-backend.js';
import type { LocalSystem } from './local-system.js';

/** An object that is to be stored. */
export interface Wish {
  readonly key: ObjectKey;
  readonly size: number;
}

/** What a put was promised of the room that is left. */
export interface Share {
  /** So much of it has been written, and is no longer free. */
  used(bytes: number): void;
  giveBack(): void;
}

/** The room on the file system of a container, shared by all puts in work. */
export class Room {
  /** Promised, and not yet written. */
  #promised = 0;

  constructor(
    private readonly system: LocalSystem,
    private readonly container: string,
  ) {}

  /** Rejects with `storage.full` when there is less left than the object needs beside what others will write. */
  async take(wish: Wish): Promise<Share> {
    const free = await this.#free();
    if (free !== undefined && free - this.#promised < wish.size) throw this.#full(wish, free);
    let left = wish.size;
    const use = (bytes: number) => {
      const gone = Math.min(bytes, left);
      left -= gone;
      this.#promised -= gone;
    };
    this.#promised += wish.size;
    return { used: use, giveBack: () => use(left) };
  }

  /** Said of a disk that others have filled meanwhile. */
  async hasRunOut(wish: Wish, cause: unknown): Promise<Failure> {
    return this.#full(wish, (await this.#free()) ?? 0, cause);
  }

  /** `undefined` of a file system without a size, which does not know its room either. */
  async #free(): Promise<number | undefined> {
    const { bavail, bsize, blocks } = await this.system.space(this.container);
    return blocks === 0 ? undefined : bavail * bsize;
  }

  #full({ key, size }: Wish, free: number, cause?: unknown): Failure {
    const { container } = this;
    const others = this.#promised > 0 ? `, ${this.#promised} of them for other objects` : '';
    const message = `container "${printable(container)}" is full: ${size} bytes needed, ${free} free${others}`;
    return new Failure('storage.full', message, { container, key, size, free }, cause);
  }
}
