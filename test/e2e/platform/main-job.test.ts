import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { query } from '#embedded-postgres/testing';
import type { BackupView, JobView, RunView } from '#node-protocol';
import { assertSameTree, noise, passFile, type PlatformFixture } from '#test/support';
import { asked } from './asked.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

describe('the main job, from a file in the jobs directory to a compared restore', function () {
  this.timeout(90_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let source: string;
  let job: JobView;
  let runs: readonly RunView[];
  let backups: readonly BackupView[];

  before(async () => {
    own = await startOwnPlatform();
    platform = own.platform;
    source = join(platform.data, 'source');
    mkdirSync(join(source, 'deep/down'), { recursive: true });
    writeFileSync(join(source, 'noise'), noise(3 << 20));
    writeFileSync(join(source, 'goes'), 'soon');
    for (let i = 0; i < 50; i += 1) writeFileSync(join(source, `deep/down/${i} – ä`), `content ${i}`);
  });
  after(() => own?.[Symbol.asyncDispose]());

  it('is taken from a YAML file and run at once: level 0', async () => {
    // Node's own copy does not keep times to the nanosecond.
    execFileSync('cp', ['-a', source, join(platform.data, 'before')]);
    platform.writeJob(
      'documents.yaml',
      `# every night
description: documents
actions:
  - settings:
      action: backup
      backup_name: documents
      path_to_backup: ${source}
      container: ${join(platform.data, 'container')}
      encrypt_pass_file: ${passFile(platform.data)}
    maxRetries: 0
`,
    );
    job = await platform.jobOf('documents.yaml');
    const { state, attempts, bytesRead, bytesStored, occurrence } = await platform.runOf(job.id);
    assert.deepEqual([state, occurrence], ['succeeded', 'once:1'], JSON.stringify(attempts));
    assert.ok(bytesRead >= 3 << 20 && bytesStored >= 3 << 20, `${bytesRead}, ${bytesStored}`);
    const { status, result } = await platform.api.jobs.get(job.id);
    assert.deepEqual([status, result], ['completed', 'success']);
  });

  it('makes level 1 when it is started once more', async () => {
    writeFileSync(join(source, 'deep/new'), 'new');
    writeFileSync(join(source, 'deep/down/7 – ä'), 'changed');
    // Gone from level 1, and back from level 0.
    rmSync(join(source, 'goes'));
    assert.equal(await platform.api.sendJobEvent(job.id, 'start'), 'success');
    const second = await platform.runOf(
      job.id,
      (run) => run.occurrence === 'once:2' && run.endedAt !== undefined,
    );
    assert.equal(second.state, 'succeeded', JSON.stringify(second.failure));
    assert.ok(second.bytesStored < 1 << 20, `an increment stored ${second.bytesStored} bytes`);
  });

  it('is recorded as two backups with everything that is needed to restore them', async () => {
    runs = await platform.runsOf(job.id);
    const { items } = await platform.api.backups.list({ jobId: job.id });
    backups = items.toSorted((a, b) => (a.level ?? 0) - (b.level ?? 0));
    const told = backups.map(
      ({ level, runId, clientId, status, backupName, container, storage, storedId }) => {
        return { level, runId, clientId, status, backupName, container, storage, storedId };
      },
    );
    assert.deepEqual(
      told,
      runs.map(({ id, attempts }, level) => ({
        ...{ level, runId: id, clientId: platform.clientId, status: 'available', backupName: 'documents' },
        ...{ container: join(platform.data, 'container'), storage: 'local' },
        storedId: attempts[0]?.facts?.['backup'],
      })),
    );
    assert.equal(backups.length, 2);
    for (const { hostname, metadata, project } of backups) {
      assert.ok(hostname);
      assert.equal(project, 'default');
      assert.ok(Number(metadata['time_stamp']) > 1.7e9, JSON.stringify(metadata));
      assert.equal(metadata['path_to_backup'], source);
      assert.doesNotMatch(JSON.stringify(metadata), /correct horse/);
    }
  });

  it('comes back as it was at either point, asked for through the API', async () => {
    for (const [expected, backup] of [
      [join(platform.data, 'before'), backups[0]],
      [source, backups[1]],
    ] as const) {
      const target = join(platform.data, `restored-${backup!.level}`);
      mkdirSync(target);
      const restore = await platform.api.restore({ backupId: backup!.id, target });
      const run = await platform.runOf(restore.id);
      assert.equal(run.state, 'succeeded', JSON.stringify(run.failure));
      await assertSameTree(expected, target);
    }
  });

  it('is counted by /metrics as by the runs of the API and by the database', async () => {
    const { text } = await asked(platform.apiUrl, 'GET /metrics');
    const { items } = await platform.api.runs.list({ limit: 1000 });
    assert.equal(items.length, 4);
    const rows = await query(
      own.databaseUrl,
      'SELECT state, count(*) AS runs, sum(bytes_read) AS read, sum(bytes_stored) AS stored FROM firn.runs GROUP BY state',
    );
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['succeeded'],
    );
    const measured = (name: string) =>
      Number(new RegExp(`^${name}\\{state="succeeded"\\} (\\S+)$`, 'm').exec(text)?.[1]);
    const sum = (field: 'bytesRead' | 'bytesStored') => items.reduce((total, run) => total + run[field], 0);
    for (const [name, byRuns, column] of [
      ['firn_runs', items.length, 'runs'],
      ['firn_runs_read_bytes', sum('bytesRead'), 'read'],
      ['firn_runs_stored_bytes', sum('bytesStored'), 'stored'],
    ] as const) {
      assert.equal(measured(name), byRuns, name);
      assert.equal(Number(rows[0]?.[column]), byRuns, column);
      assert.ok(byRuns > 0, name);
    }
    const kinds = { clients: 1, jobs: 3, backups: 2 };
    for (const [kind, count] of Object.entries(kinds))
      assert.match(text, new RegExp(`^firn_documents\\{kind="${kind}"\\} ${count}$`, 'm'));
  });
});
