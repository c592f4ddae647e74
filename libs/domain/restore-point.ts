import { Failure, type BackupId } from '#kernel';
import type { Backup } from './backup.js';
import { newestFirst } from './backup-order.js';
import { brokenBackups, byId, flawOf } from './soundness.js';

/** A moment one can go back to: a backup with the levels it stands on. */
export interface RestorePoint {
  readonly backup: Backup;
  /** Level 0 first, `backup` last; one after the other they make the restored tree. */
  readonly levels: readonly Backup[];
}

export interface ListedRestorePoint {
  readonly backup: Backup;
  /** Whether everything it stands on is there. */
  readonly whole: boolean;
  /** In words what is wrong when it is not whole. */
  readonly flaw?: string;
}

export interface RestorePointWish {
  /** A full id, the beginning of one, or `latest`. */
  readonly id?: string;
  /** Only backups that started at this moment or before it. */
  readonly at?: Date;
}

/**
 * The levels of one backup, found by their `base` ids: level numbers may occur several times in a chain.
 * Rejects with `backup.missing`, or with `chain.broken` that says which step down fails.
 */
export function restorePointOf(id: BackupId, backups: readonly Backup[]): RestorePoint {
  const known = byId(backups);
  const backup = known.get(id);
  if (!backup) throw new Failure('backup.missing', `there is no backup "${id}"`, { backup: id });
  const levels: Backup[] = [];
  for (let step: Backup | undefined = backup; step; step = step.base && known.get(step.base)) {
    const flaw = flawOf(step, known);
    if (flaw) {
      const message = `backup ${id} cannot be restored: ${flaw}`;
      throw new Failure('chain.broken', message, { backup: id, at: step.id, base: step.base });
    }
    levels.unshift(step);
  }
  return { backup, levels };
}

/** All restore points, the newest first, with those that are not whole. */
export function restorePoints(backups: readonly Backup[]): readonly ListedRestorePoint[] {
  const broken = brokenBackups(backups);
  return [...backups].sort(newestFirst).map((backup) => {
    const flaw = broken.get(backup.id);
    return flaw === undefined ? { backup, whole: true } : { backup, whole: false, flaw };
  });
}

/**
 * The restore point that is meant; without any wish the newest. It is never silently another one: when the wished one
 * is not whole, this rejects with `chain.broken`. Otherwise `backup.missing`, or `backup.ambiguous` with candidates.
 */
export function chooseRestorePoint(backups: readonly Backup[], wish: RestorePointWish = {}): RestorePoint {
  const { at, id = 'latest' } = wish;
  const candidates = backups.filter((backup) => !at || backup.startedAt <= at).sort(newestFirst);
  const [chosen, ...others] = id === 'latest' ? candidates.slice(0, 1) : matching(id, candidates);
  if (!chosen) throw new Failure('backup.missing', `there is no backup${wanted(wish)}`, { ...wish });
  if (others.length > 0) throw ambiguous(id, [chosen, ...others]);
  return restorePointOf(chosen.id, backups);
}

function matching(id: string, candidates: readonly Backup[]): readonly Backup[] {
  const exact = candidates.filter((backup) => backup.id === id);
  return exact.length > 0 || id === '' ? exact : candidates.filter((backup) => backup.id.startsWith(id));
}

function ambiguous(id: string, candidates: readonly Backup[]): Failure {
  const ids = candidates.map((backup) => backup.id);
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
  const message = `backup id "${id}" can be ${ids.slice(0, SHOWN).join(', ')}${more}`;
  return new Failure('backup.ambiguous', message, { id, candidates: ids });
}

const SHOWN = 8;

function wanted({ id, at }: RestorePointWish): string {
  const named = id === undefined || id === 'latest' ? '' : ` "${id}"`;
  return at ? `${named} that started at or before ${at.toISOString()}` : named;
}
