import { Failure } from '#kernel';
import type { QueryRunner } from 'typeorm';
import { sqlFailure } from './sql-failure.js';
import type { Ask } from './sql-store.js';

/** The statements of one transaction, one after the other, as its connection takes them. */
export class Statements {
  #last: Promise<unknown> = Promise.resolve();
  #over = false;
  /** The first statement that PostgreSQL refused; nothing of the transaction is stored then, whatever its work says. */
  spoilt: Failure | undefined;

  constructor(private readonly runner: QueryRunner) {}

  readonly ask: Ask = async (statement) => {
    if (this.#over) throw new Failure('metadata.failed', 'the transaction is over');
    const answer = this.#last.then(() => statement(this.runner.manager));
    this.#last = answer.catch(() => undefined);
    try {
      return await answer;
    } catch (error) {
      // A Failure comes from Firn itself: PostgreSQL has nothing against going on.
      throw error instanceof Failure ? error : this.spoil(error);
    }
  };

  spoil(error: unknown): Failure {
    const failure = sqlFailure(error);
    this.spoilt ??= failure;
    return failure;
  }

  /** Refuses what still comes, and waits for what nobody waited for: it would otherwise happen after the end. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#last;
  }
}
