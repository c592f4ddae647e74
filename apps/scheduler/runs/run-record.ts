import type { Attempt } from '#domain';
import { asFailure, invariant, type Logger } from '#kernel';
import type { Grant, Journal, JournalledRun } from '../journal/journalled-run.js';

/** The state of one run, always as the journal has it. Changes are written one after the other. */
export class RunRecord {
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: Journal,
    private run: JournalledRun,
    private readonly logger: Logger,
  ) {}

  get now(): JournalledRun {
    return this.run;
  }

  get grant(): Grant {
    invariant(this.run.grant !== undefined, 'a run that was claimed has a grant');
    return this.run.grant;
  }

  get directory(): string {
    return this.journal.directoryOf(this.run);
  }

  /** Resolves when the change is on the disk; when it cannot be written it is refused, but not forgotten. */
  async change(change: Partial<JournalledRun>): Promise<void> {
    this.run = { ...this.run, ...change };
    const written = this.#writing.then(() => this.journal.write(this.run));
    this.#writing = written.catch(() => undefined);
    await written;
  }

  /** The same for what has happened already: a full disk does not undo it, and the run goes on without its journal. */
  async keep(change: Partial<JournalledRun>): Promise<void> {
    await this.change(change).catch((error: unknown) => this.#complain(error));
  }

  /** Puts an attempt in its place: that of the same action and number, or the end. */
  withAttempt(attempt: Attempt): readonly Attempt[] {
    const { attempts } = this.run;
    const place = attempts.findIndex(
      (one) => one.action === attempt.action && one.attempt === attempt.attempt,
    );
    return place < 0 ? [...attempts, attempt] : attempts.with(place, attempt);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.journal.close(this.run).catch((error: unknown) => this.#complain(error));
  }

  #complain(error: unknown): void {
    const { code, message } = asFailure(error);
    this.logger.error('the journal cannot be written', { directory: this.directory, code, reason: message });
  }
}
