import type { RunState } from '#domain';
import type { RunTotal } from '../metadata.js';
import { SCHEMA } from './data-source.js';
import type { Ask } from './sql-store.js';

interface Sums {
  readonly state: RunState;
  readonly runs: string;
  readonly read: string;
  readonly stored: string;
}

const SQL = `SELECT state, count(*) AS runs, sum(bytes_read) AS read, sum(bytes_stored) AS stored
  FROM ${SCHEMA}.runs GROUP BY state ORDER BY state`;

export async function runTotals(ask: Ask): Promise<readonly RunTotal[]> {
  const sums = await ask((manager) => manager.query<Sums[]>(SQL));
  return sums.map(({ state, runs, read, stored }) => ({
    state,
    runs: Number(runs),
    bytesRead: Number(read),
    bytesStored: Number(stored),
  }));
}
