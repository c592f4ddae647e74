import type { Failure } from '#kernel';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Stores } from '../metadata.js';
import { discard } from './discard.js';
import {
  actionKind,
  backupKind,
  clientKind,
  endpointKind,
  jobKind,
  runKind,
  sessionKind,
  userKind,
} from './kinds.js';
import { runTotals } from './run-totals.js';
import { answered, connectFailure, lostToAnother } from './sql-failure.js';
import { sqlSettings } from './sql-settings.js';
import { sqlStore, type Ask } from './sql-store.js';
import { Statements } from './statements.js';

/** Done, or lost, and nothing of it is stored: against another transaction, or before it began. */
export type Outcome<T> = { readonly result: T } | { readonly lost: Failure };

/** Does `work` once, in one transaction. Rejects with what it rejects with, or with why it could not be stored. */
export async function sqlTransaction<T>(
  source: DataSource,
  work: (stores: Stores) => Promise<T>,
): Promise<Outcome<T>> {
  const runner = source.createQueryRunner();
  const statements = new Statements(runner);
  let begun = false;
  try {
    await connect(runner);
    await statements.ask(() => runner.startTransaction());
    begun = true;
    const result = await work(storesOf(statements.ask));
    await statements.end();
    // PostgreSQL answers a commit after a refused statement with a silent rollback.
    if (statements.spoilt) throw statements.spoilt;
    await runner.commitTransaction().catch((error: unknown) => {
      throw statements.spoil(error);
    });
    return { result };
  } catch (error) {
    await statements.end();
    const { spoilt } = statements;
    await rollBack(runner, spoilt);
    // A connection of the pool that broke unnoticed is no reason to fail.
    if (spoilt && (lostToAnother(spoilt) || !begun)) return { lost: spoilt };
    throw error;
  } finally {
    await runner.release();
  }
}

function connect(runner: QueryRunner): Promise<void> {
  return runner.connect().catch((error: unknown) => {
    throw connectFailure(error);
  });
}

/** A connection that broke, or that cannot even do this, is not used again. */
async function rollBack(runner: QueryRunner, spoilt: Failure | undefined): Promise<void> {
  if (!runner.isTransactionActive || runner.isReleased) return;
  if (spoilt && !answered(spoilt)) return discard(runner);
  await runner.rollbackTransaction().catch(() => discard(runner));
}

function storesOf(ask: Ask): Stores {
  return {
    clients: sqlStore(clientKind, ask),
    actions: sqlStore(actionKind, ask),
    jobs: sqlStore(jobKind, ask),
    sessions: sqlStore(sessionKind, ask),
    runs: { ...sqlStore(runKind, ask), totals: () => runTotals(ask) },
    backups: sqlStore(backupKind, ask),
    endpoints: sqlStore(endpointKind, ask),
    users: sqlStore(userKind, ask),
    settings: sqlSettings(ask),
  };
}
