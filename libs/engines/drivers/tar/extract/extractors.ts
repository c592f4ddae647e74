import type { Failure } from '#kernel';
import type { ExtractProblem } from '../../../archive-engine.js';
import { tarFailed } from '../archive/archive-run.js';
import { noSpace } from './extract-problems.js';
import type { Extractor, Heard } from './extractor.js';

/** So much may wait for one tar before nothing more is written to it. */
const MOST_WAITING = 1 << 20;

/**
 * Several tars that extract onto one target at the same time; each is started when there is something for it. When one
 * ends before its time all are over. Always to be stopped.
 */
export class Extractors {
  readonly #running: Extractor[] = [];
  #current: Extractor;
  #change: () => void;

  private constructor(
    first: Extractor,
    private readonly root: string,
    private readonly most: number,
    private readonly start: () => Promise<Extractor>,
    bell: { ring: () => void },
  ) {
    this.#running.push(first);
    this.#current = first;
    this.#change = () => undefined;
    bell.ring = () => this.#change();
  }

  /** The first of at most `most`, which are started by `start`; they must tell of every change. */
  static async begin(
    root: string,
    most: number,
    start: (onChange: () => void) => Promise<Extractor>,
  ): Promise<Extractors> {
    const bell = { ring: () => undefined as void };
    const next = () => start(() => bell.ring());
    return new Extractors(await next(), root, most, next, bell);
  }

  get hasEnded(): boolean {
    return this.#running.some(({ hasEnded }) => hasEnded);
  }

  /** `undefined` when one has ended before `wait` was over. */
  or<T>(wait: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#change = () => {
        if (this.hasEnded) resolve(undefined);
      };
      wait.then(resolve, reject);
      this.#change();
    });
  }

  /**
   * What is written from now on goes to the first that has room for it. A further one is started only when none has:
   * tars that make files at the same time are in each other's way, and one is enough while it is not behind.
   */
  async turn(): Promise<void> {
    const idle = this.#running.find(({ waiting }) => waiting <= MOST_WAITING);
    if (!idle && this.#running.length < this.most) {
      this.#current = await this.start();
      this.#running.push(this.#current);
      return;
    }
    await this.#until(() => this.#running.some(({ waiting }) => waiting <= MOST_WAITING));
    this.#current = this.#running.find(({ waiting }) => waiting <= MOST_WAITING) ?? this.#current;
  }

  /** To the one whose turn it is. Resolves when it has room for more; `taken`, when it has these. */
  async write(bytes: Buffer): Promise<{ readonly taken: Promise<void> }> {
    if (this.#current.waiting > MOST_WAITING) await this.#until(() => this.#current.waiting <= MOST_WAITING);
    return { taken: this.#current.write(bytes) };
  }

  /** When all have extracted what they were given. Rejects with `engine.failed` and `storage.full`. */
  async finish(): Promise<ExtractProblem[]> {
    if (this.hasEnded) throw await this.failure();
    const heard = await Promise.all(this.#running.map((extractor) => extractor.end()));
    for (const one of heard) this.#assertDone(one);
    return heard.flatMap(({ problems }) => problems);
  }

  /** Why one has ended before its time, after which all others are stopped. */
  async failure(): Promise<Failure> {
    const ended = this.#running.find(({ hasEnded }) => hasEnded) ?? this.#current;
    const { exit, unknown } = await ended.heard;
    await this.stop();
    const all = await Promise.all(this.#running.map(({ heard }) => heard));
    return all.some(({ full }) => full) ? noSpace(this.root) : tarFailed(exit, unknown);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((extractor) => extractor.stop()));
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#change = () => {
        if (holds() || this.hasEnded) resolve();
      };
      this.#change();
    });
  }

  #assertDone({ exit, problems, unknown, full }: Heard): void {
    if (full) throw noSpace(this.root);
    if (exit.code === 0) return;
    if (exit.code !== 2 || problems.length === 0 || !unknown.isEmpty) throw tarFailed(exit, unknown);
  }
}
