import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiClient, type ApiClient } from '#api-client';
import { formatDuration, platformConfig, temporaryRoot } from '#config';
import { comparedTrees, temporaryDirectory } from '#host';
import { Failure, monotonicMs, systemClock } from '#kernel';
import type { JobView, RunView } from '#node-protocol';
import { startPlatform, type RunningPlatform } from '../platform/start-platform.js';
import { changeTree } from '../quickstart/change-tree.js';
import { installJobFile, runOf } from '../quickstart/platform-jobs.js';
import { differencesIn, factsOf, tableOf, type Round } from '../quickstart/round.js';
import { copyTree, refuseLackOfSpace, sourceDirectory } from '../quickstart/source.js';

export interface QuickstartOptions {
  readonly directory?: string | undefined;
  /** Leaves the throw-away directory in place. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * The main job on real files, all the way: a platform in a throw-away directory, a job file that its scheduler takes, an
 * encrypted full backup, changes, an increment, both restore points asked for through the API and compared entry by entry
 * with what they were made of, the container verified. Rejects with `verify.failed` when anything is not as it was.
 */
export async function quickstart(options: QuickstartOptions): Promise<void> {
  const { say, signal } = options;
  const source = sourceDirectory(options.directory);
  const place = await temporaryDirectory('firn-quickstart-', temporaryRoot());
  try {
    await refuseLackOfSpace(source, place.path, signal);
    await withPlatform(options, (platform) => walk(source, place.path, platform, options));
    if (options.keep) say(`everything is left in ${place.path}`);
  } finally {
    if (!options.keep) await place.remove();
  }
}

/** A platform of its own, whatever database or queue the environment names. */
async function withPlatform(
  { say, signal, keep }: QuickstartOptions,
  work: (platform: RunningPlatform) => Promise<void>,
): Promise<void> {
  say('starting API, database and scheduler in a throw-away directory');
  const state = await temporaryDirectory('firn-quickstart-state-', temporaryRoot());
  try {
    // Root's database runs as another user, who must get there. The copied data are in a place that stays closed.
    chmodSync(state.path, 0o711);
    const config = await platformConfig({
      commandLine: { stateDir: state.path, port: 0, pollSeconds: 1 },
      env: {},
    });
    const platform = await startPlatform({ config, signal });
    try {
      say(`  they answer at ${platform.apiUrl}`);
      await Promise.race([work(platform), platform.failed.then((failure) => Promise.reject(failure))]);
    } finally {
      await platform.stop();
    }
  } finally {
    if (!keep) await state.remove();
  }
}

async function walk(
  source: string,
  place: string,
  platform: RunningPlatform,
  { say, signal }: QuickstartOptions,
): Promise<void> {
  const began = monotonicMs();
  const data = join(place, 'data');
  const before = join(place, 'before');
  const api = apiOf(platform);
  say(`copying ${source}`);
  await copyTree(source, data, signal);
  await copyTree(data, before, signal);

  const job = jobFile(place, data);
  say(
    `installing the job file ${job.name}; the scheduler takes it and makes a full backup (level 0), encrypted`,
  );
  const installed = await installJobFile(api, platform.jobsDir, job.name, job.text, signal);
  const full = await runOf(api, installed, signal);
  const changes = await changeTree(data);
  say(`starting the job again after ${changes} changes: an increment (level 1)`);
  await api.sendJobEvent(installed.id, 'start', signal);
  const increment = await runOf(api, await api.jobs.get(installed.id, signal), signal);

  say('asking the API to restore both points into empty directories, and comparing');
  const rounds = [
    await restored(api, full, before, join(place, 'restored-0'), signal),
    await restored(api, increment, data, join(place, 'restored-1'), signal),
  ];
  say('verifying everything that is stored');
  const verified = await runOf(api, await verification(api, installed, signal), signal);

  say('');
  for (const line of tableOf(rounds, verified)) say(line);
  say('');
  for (const line of howToGoOn(monotonicMs() - began)) say(line);
  conclude(rounds, say);
}

function apiOf({ apiUrl, administrator }: RunningPlatform): ApiClient {
  if (!administrator) throw new Failure('platform.process-failed', 'the platform names no administrator');
  const { name: username, password } = administrator;
  return openApiClient({ apiUrl, clock: systemClock, credentials: async () => ({ username, password }) });
}

/** A job without a schedule runs once each time it is started, and its installation starts it. */
function jobFile(place: string, data: string): { readonly name: string; readonly text: string } {
  const passFile = join(place, 'passphrase');
  writeFileSync(passFile, `${randomBytes(24).toString('base64')}\n`, { mode: 0o600 });
  const text = [
    'description: quickstart',
    'actions:',
    '  - settings:',
    '      action: backup',
    '      backup_name: quickstart',
    `      path_to_backup: ${JSON.stringify(data)}`,
    `      container: ${JSON.stringify(join(place, 'container'))}`,
    `      encrypt_pass_file: ${JSON.stringify(passFile)}`,
    '    maxRetries: 0',
    '',
  ].join('\n');
  return { name: 'quickstart.yaml', text };
}

async function restored(
  api: ApiClient,
  backup: RunView,
  expected: string,
  target: string,
  signal: AbortSignal,
): Promise<Round> {
  mkdirSync(target);
  const backupId = String(factsOf(backup)['backup']);
  await runOf(api, await api.restore({ backupId, target }, signal), signal);
  const wishes = { sparse: true, ignoreSockets: true };
  return { backup, compared: await comparedTrees(expected, target, wishes, signal) };
}

/** A job that reads everything in the container of `backups` and checks it. */
async function verification(api: ApiClient, backups: JobView, signal: AbortSignal): Promise<JobView> {
  const { container, encrypt_pass_file: passFile } = backups.actions[0]?.settings ?? {};
  const settings = { action: 'verify', container, encrypt_pass_file: passFile, read_data: true };
  return api.jobs.create(
    { clientId: backups.clientId, description: 'verify quickstart', actions: [{ settings, maxRetries: 0 }] },
    signal,
  );
}

function howToGoOn(ms: number): readonly string[] {
  return [
    `That took ${formatDuration(ms)}. To go on with your own data:`,
    '  npm start                                       the same platform, and it stays',
    '  npx firn login                                  then firn job, run, backup, restore --help',
    '  npx firn-agent backup --path-to-backup /etc --backup-name etc --container /var/backups/firn',
    '                                                  the agent alone, without any server',
    '',
  ];
}

function conclude(rounds: readonly Round[], say: (text: string) => void): void {
  const files = rounds.reduce((sum, { compared }) => sum + compared.files, 0);
  const count = rounds.reduce((sum, { compared }) => sum + compared.count, 0);
  for (const line of differencesIn(rounds)) say(line);
  say(`restored ${files.toLocaleString('en')} files, ${count} differences`);
  if (count > 0) throw new Failure('verify.failed', `${count} entries came back different`, { count });
}
