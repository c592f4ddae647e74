import type { ActionSettings, BackupRecord } from '#domain';
import type { Problem } from '#kernel';
import type { RestoreRequest } from '#node-protocol';
import { textIn } from '../backups/backup-of.js';
import { plainName } from './place-options.js';

/** What the settings of a restore are made of by themselves. */
const OWN = ['action', 'backup_id', 'restore_abs_path', 'include'] as const;

/** The settings of the action that restores a backup, and what is wrong with the request for it. */
export function restoreSettings(
  record: BackupRecord,
  place: ActionSettings,
  { target, include, settings = {} }: RestoreRequest,
): { settings: ActionSettings; problems: readonly Problem[] } {
  const { metadata } = record;
  const said = new Set(Object.keys(settings).map(plainName));
  const known = {
    ...Object.fromEntries(
      ['storage', 'container', 'hostname', 'backup_name'].flatMap((key) => {
        const value = textIn(metadata, key);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
    ...place,
  };
  const unsaid = Object.entries(known).filter(
    ([key, value]) => value !== undefined && !said.has(plainName(key)),
  );
  const which = whichBackup(record);
  return {
    settings: {
      ...Object.fromEntries(unsaid),
      ...settings,
      ...{ ...which, action: 'restore', restore_abs_path: target },
      ...(include && include.length > 0 && { include }),
    },
    problems: [...problemsOf(record, which), ...ownProblems(settings)],
  };
}

/** By its stored id; what Freezer made has none, but it can be found by its time. */
function whichBackup({ metadata }: BackupRecord): ActionSettings | undefined {
  const id = textIn(metadata, 'backup_id');
  if (id !== undefined) return { backup_id: id };
  const seconds = Number(metadata['time_stamp']);
  const at = new Date(seconds * 1000);
  return seconds > 0 && !Number.isNaN(at.getTime()) ? { restore_from_date: at.toISOString() } : undefined;
}

function problemsOf(record: BackupRecord, which: ActionSettings | undefined): readonly Problem[] {
  const gone = record.status === 'deleted' || record.status === 'deleting';
  return [
    ...(gone ? [{ path: 'backupId', message: `backup ${record.id} is ${record.status}` }] : []),
    ...(which ? [] : [{ path: 'backupId', message: 'the record says neither backup_id nor time_stamp' }]),
  ];
}

function ownProblems(settings: ActionSettings): readonly Problem[] {
  const own = new Set<string>(OWN.map(plainName));
  return Object.keys(settings)
    .filter((key) => own.has(plainName(key)))
    .map((key) => ({ path: `settings.${key}`, message: 'is given by the rest of the request' }));
}
