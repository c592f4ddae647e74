import { parse } from '#kernel';
import { journalledRun, type Journal, type JournalledRun } from '../journal/journalled-run.js';

/** A journal that forgets nothing but the directory: what is in it is text, as on a disk. */
export class MemoryJournal implements Journal {
  readonly #runs = new Map<string, string>();
  #occurrences: ReadonlyMap<string, Date> = new Map();
  writes = 0;

  async load(): Promise<readonly JournalledRun[]> {
    return [...this.#runs.values()].map((text) => parse(journalledRun, JSON.parse(text), 'run.json'));
  }

  directoryOf({ claim }: JournalledRun): string {
    return `${claim.jobId}/${claim.occurrence}`;
  }

  async write(run: JournalledRun): Promise<void> {
    this.writes += 1;
    this.#runs.set(run.claim.claimId, JSON.stringify(run));
  }

  async close(run: JournalledRun): Promise<void> {
    this.#runs.delete(run.claim.claimId);
  }

  async loadOccurrences(): Promise<ReadonlyMap<string, Date>> {
    return this.#occurrences;
  }

  async writeOccurrences(occurrences: ReadonlyMap<string, Date>): Promise<void> {
    this.#occurrences = new Map(occurrences);
  }

  get size(): number {
    return this.#runs.size;
  }
}
