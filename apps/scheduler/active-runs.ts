import type { JournalledRun } from './journal/journalled-run.js';
import type { RunExecution } from './runs/run-execution.js';

/** The runs that are not over. */
export class ActiveRuns {
  readonly #runs = new Set<RunExecution>();

  /** Slots that are taken: what is only to be reported takes none. */
  get working(): number {
    return [...this.#runs].filter(({ works }) => works).length;
  }

  get all(): readonly RunExecution[] {
    return [...this.#runs];
  }

  add(run: RunExecution): void {
    this.#runs.add(run);
  }

  remove(run: RunExecution): void {
    this.#runs.delete(run);
  }

  /** Whether a run of the job is not over: until it is reported none may follow. */
  hasJob(jobId: string): boolean {
    return [...this.#runs].some((run) => run.jobId === jobId);
  }

  isWorkingOn(jobId: string): boolean {
    return [...this.#runs].some((run) => run.works && run.jobId === jobId);
  }

  cancel(which: (run: JournalledRun) => boolean): void {
    for (const run of this.#runs) if (which(run.run)) run.cancel();
  }
}
