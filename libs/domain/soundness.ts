import type { BackupId } from '#kernel';
import type { Backup } from './backup.js';

export type BackupsById = ReadonlyMap<BackupId, Backup>;

export function byId(backups: readonly Backup[]): BackupsById {
  return new Map(backups.map((backup) => [backup.id, backup]));
}

/**
 * What is wrong with the step from a backup to its base, in words, or `undefined`.
 *
 * Levels must fall with each step down, so whoever follows sound steps comes to an end: a circle has a step that rises.
 */
export function flawOf(backup: Backup, backups: BackupsById): string | undefined {
  const title = titleOf(backup);
  if (backup.base === undefined) return flawOfFoot(backup);
  if (backup.base === backup.id) return `${title} stands on itself`;
  const base = backups.get(backup.base);
  if (!base) return `${title} stands on ${backup.base}, which is missing`;
  if (base.level >= backup.level) return `${title} stands on ${titleOf(base)}, which is no lower level`;
  if (base.chain !== backup.chain) {
    return `${title} of chain ${backup.chain} stands on ${titleOf(base)} of chain ${base.chain}`;
  }
  return undefined;
}

/** Every backup that cannot be restored, with the reason in words. The others can be. */
export function brokenBackups(backups: readonly Backup[]): ReadonlyMap<BackupId, string> {
  const known = byId(backups);
  const broken = new Map<BackupId, string>();
  // From the lowest level up, so that what is wrong with a base is known before its dependants are looked at.
  for (const backup of [...backups].sort((a, b) => a.level - b.level)) {
    const flaw = flawOf(backup, known) ?? (backup.base && broken.get(backup.base));
    if (flaw) broken.set(backup.id, flaw);
  }
  return broken;
}

/** `level 1 20261120T093415Z-4f7a9c21` */
export function titleOf(backup: Backup): string {
  return `level ${backup.level} ${backup.id}`;
}

function flawOfFoot(backup: Backup): string | undefined {
  if (backup.level !== 0) return `${titleOf(backup)} names no base`;
  return backup.chain === backup.id ? undefined : `${titleOf(backup)} names ${backup.chain} as its chain`;
}
