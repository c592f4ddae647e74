import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { query } from '#embedded-postgres/testing';
import { silentLogger, systemClock, type JobId, type ProjectId, type RunId } from '#kernel';
import type { Stores } from '../metadata.js';
import { aBackup, aRun } from '#metadata/testing';
import { sqlMetadata } from './sql-metadata.js';
import { freshMetadata, type FreshMetadata } from './fresh-metadata.fixture.js';

const FILL = [
  `INSERT INTO firn.runs SELECT 'run-' || n, 'project-' || n % 10, 'job-' || n % 2000, 'client-' || n % 200,
    'at:' || n, now(), 1, CASE n % 1000 WHEN 0 THEN 'running' WHEN 1 THEN 'claimed' ELSE 'succeeded' END,
    1, 'holder', 'claim', now() + n * interval '1 second', now(), NULL, NULL, NULL, '[]', NULL,
    CASE n % 500 WHEN 0 THEN now() END, NULL, NULL, NULL, 0, 0, false, now() + n * interval '1 second', now()
    FROM generate_series(1, 100000) n`,
  `INSERT INTO firn.jobs SELECT 'job-' || n, 'project-' || n % 10, 'user', 'client-' || n % 200, '', ARRAY['action-' || n % 500],
    '{}', '{"kind":"api"}', 1, now(), NULL, 'scheduled', NULL, NULL, NULL, 'session-' || n % 300, 0, 1,
    now() + n * interval '1 second', now() FROM generate_series(1, 5000) n`,
  `INSERT INTO firn.backups SELECT 'backup-' || n, 'project-' || n % 10, 'user', 'client-' || n % 200, 'job-' || n % 2000,
    'run-' || n, 'available', '{}', 'name-' || n % 1000, 'stored-' || n, 'container-' || n % 1000,
    now() + n * interval '1 second', now() FROM generate_series(1, 20000) n`,
  'ANALYZE',
];

const project = 'project-3' as ProjectId;
const jobId = 'job-77' as JobId;
const clientId = 'client-7';
const active = ['claimed', 'running'] as const;

const ASKED: Readonly<Record<string, (stores: Stores) => Promise<unknown>>> = {
  'a claim': async ({ runs, jobs }) => {
    const job = await jobs.get(jobId, 'lock');
    await runs.list({ where: { jobId, occurrence: 'at:new' }, limit: 1 });
    await runs.insert(aRun({ jobId, occurrence: 'at:new' }));
    await jobs.update({ ...job!, status: 'running' });
  },
  'a heartbeat': async ({ runs }) => {
    const run = await runs.get('run-1000' as RunId, 'lock');
    await runs.update({ ...run!, leaseUntil: new Date(run!.leaseUntil.getTime() + 1) });
  },
  'a poll': async ({ jobs, runs }) => {
    await jobs.list({ where: { clientId, statuses: ['scheduled', 'new', 'running'] } });
    await jobs.list({ where: { clientId, withEvent: true } });
    await runs.list({ where: { clientId, states: active, cancelRequested: true } });
  },
  'a search for lost runs': ({ runs }) =>
    runs.list({ where: { states: active, leaseBefore: new Date('2020-01-01') }, limit: 100 }),
  'a search for old runs': ({ runs }) =>
    runs.list({ where: { createdBefore: new Date('2020-01-01') }, limit: 100 }),
  'a page of the runs of a job': ({ runs }) => runs.list({ where: { jobId }, newestFirst: true, limit: 20 }),
  'a page of the runs of a client': ({ runs }) =>
    runs.list({ where: { clientId }, newestFirst: true, limit: 20 }),
  'a search for jobs of an action or a session': async ({ jobs }) => {
    await jobs.list({ where: { action: 'action-3' as never } });
    await jobs.list({ where: { sessionId: 'session-3' as never } });
  },
  'a report with its backup': async ({ runs, backups }) => {
    const run = await runs.get('run-2000' as RunId, 'lock');
    await runs.update({ ...run!, state: 'succeeded' });
    await backups.insert(aBackup({ runId: run!.id }));
  },
  'a search for backups': async ({ backups }) => {
    await backups.list({ where: { jobId } });
    await backups.list({ where: { runId: 'run-7' as RunId } });
    await backups.list({ where: { storedId: 'stored-9' } });
    await backups.list({ where: { backupName: 'name-7' } });
    await backups.list({ where: { container: 'container-7' } });
    await backups.list({ where: { project, clientId }, newestFirst: true, limit: 20 });
  },
};

describe('with a hundred thousand runs', () => {
  let fresh: FreshMetadata;
  before(async function () {
    this.timeout(120_000);
    fresh = await freshMetadata();
    for (const statement of FILL) await query(fresh.url, statement);
  });
  after(() => fresh.close());

  /** How often a table was read from end to end for it. */
  const scansFor = async (act: (stores: Stores) => Promise<unknown>): Promise<number> => {
    const before = await scans(fresh.url);
    const { url } = fresh;
    const metadata = await sqlMetadata({ url, logger: silentLogger, clock: systemClock });
    await metadata.transaction(act);
    // What a connection has counted is known at the latest when it has ended.
    await metadata.close();
    return (await scans(fresh.url)) - before;
  };

  for (const [what, act] of Object.entries(ASKED)) {
    it(`${what} reads no table from end to end`, async () => {
      assert.equal(await scansFor(act), 0);
    });
  }

  it('the sums for the metrics read all runs once', async () => {
    assert.equal(await scansFor(({ runs }) => runs.totals()), 1);
  });
});

async function scans(url: string): Promise<number> {
  const tables = "('runs', 'jobs', 'backups')";
  const sql = `SELECT sum(seq_scan)::int AS scans FROM pg_stat_user_tables WHERE relname IN ${tables}`;
  return Number((await query(url, sql))[0]!['scans']);
}
