import type { Action, ActionSettings, BackupRecord } from '#domain';
import type { JobId } from '#kernel';
import type { Stores } from '#metadata';

/** Options that say how to get at a storage, by the names that Freezer and the agent share. Paths of secrets, no secrets. */
const PLACE_OPTIONS = [
  'encrypt_pass_file',
  'endpoint',
  'ssh_host',
  'ssh_port',
  'ssh_username',
  'ssh_key',
] as const;

/** What the action that made a backup says of its place, if that is still known. */
export async function placeOptionsOf(stores: Stores, record: BackupRecord): Promise<ActionSettings> {
  const run = record.runId && (await stores.runs.get(record.runId));
  const jobId: JobId | undefined = record.jobId ?? run?.jobId;
  const job = jobId && (await stores.jobs.get(jobId));
  if (!job || job.project !== record.project || job.actions.length === 0) return {};
  const { rows } = await stores.actions.list({ where: { ids: job.actions } });
  const maker = rows.find((action) => isMaker(action, record));
  if (!maker) return {};
  const wanted = new Map<string, string>(PLACE_OPTIONS.map((name) => [plainName(name), name]));
  const place = Object.fromEntries(
    Object.entries(maker.settings).flatMap(([key, value]) => {
      const name = wanted.get(plainName(key));
      return name === undefined ? [] : [[name, value]];
    }),
  );
  const said = settingsByName(maker);
  // Whoever names no container has a storage that says it: what the record tells is only its kind.
  return said.has('container') ? place : { ...place, storage: said.get('storage'), container: undefined };
}

/** An option in whatever spelling: `encrypt_pass_file`, `encrypt-pass-file` and `encryptPassFile` are one. */
export function plainName(key: string): string {
  return key.replaceAll(/[-_]/g, '').toLowerCase();
}

function isMaker(action: Action, { metadata }: BackupRecord): boolean {
  const said = settingsByName(action);
  const isBackup = (said.get('action') ?? 'backup') === 'backup';
  const isThere =
    said.get('container') === metadata['container'] || (!said.has('container') && said.has('storage'));
  return isBackup && isThere && said.get('backupname') === metadata['backup_name'];
}

function settingsByName({ settings }: Action): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(settings).map(([key, value]) => [plainName(key), value]));
}
