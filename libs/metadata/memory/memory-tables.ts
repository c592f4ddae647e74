import type { Action, BackupRecord, Client, FileEndpoint, Job, Run, Session, User } from '#domain';
import type { Failure } from '#kernel';
import type { Stores } from '../metadata.js';
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
import { memorySettings } from './memory-settings.js';
import { memoryStore } from './memory-store.js';
import { runTotals } from './run-totals.js';
import { Table, type Draft } from './table.js';

export interface Transaction {
  readonly begin: <Row>(table: Table<Row>) => Draft<Row>;
  /** Lets it end with this failure, whatever its work does. */
  readonly spoil: (failure: Failure) => void;
}

/** Empty tables. What it gives opens stores on drafts of them. */
export function memoryTables(): (transaction: Transaction) => Stores {
  const clients = new Table<Client>();
  const actions = new Table<Action>();
  const jobs = new Table<Job>();
  const sessions = new Table<Session>();
  const runs = new Table<Run>();
  const backups = new Table<BackupRecord>();
  const endpoints = new Table<FileEndpoint>();
  const users = new Table<User>();
  const settings = new Table<string>();

  return ({ begin, spoil }) => {
    const runRows = begin(runs);
    return {
      clients: memoryStore(clientKind, begin(clients), spoil),
      actions: memoryStore(actionKind, begin(actions), spoil),
      jobs: memoryStore(jobKind, begin(jobs), spoil),
      sessions: memoryStore(sessionKind, begin(sessions), spoil),
      runs: { ...memoryStore(runKind, runRows, spoil), totals: async () => runTotals(runRows.rows.values()) },
      backups: memoryStore(backupKind, begin(backups), spoil),
      endpoints: memoryStore(endpointKind, begin(endpoints), spoil),
      users: memoryStore(userKind, begin(users), spoil),
      settings: memorySettings(begin(settings)),
    };
  };
}
