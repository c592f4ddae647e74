import { chooseRestorePoint, restorePointOf, type Backup } from '#domain';
import { Failure, type BackupId } from '#kernel';
import { findBackups, openChain, openContainer, type ListedBackup } from '#backup-set';
import type { Parts } from '../parts.js';
import { rescueOf } from '../restoring/rescue.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { CHAIN, CONTAINER, POINT, RESTORE_ORDER } from './slots.js';

/** Opens the container, chooses the restore point, and checks all its levels before anything is touched. */
export function pointChoose(parts: Parts): StepKind {
  return defineStep({
    name: 'point.choose',
    summary: 'Chooses the restore point and checks that all its levels are there',
    reads: [RESTORE_ORDER],
    writes: [CONTAINER, POINT, CHAIN],
    run: async (context) => {
      const { hostname, name, id, at, unlock, keepGoing } = context.get(RESTORE_ORDER);
      const container = await openContainer(parts.storage, unlock, context.signal);
      const listed = new Map<BackupId, ListedBackup>();
      const damaged: Failure[] = [];
      const wanted = {
        ...(hostname === undefined ? {} : { hostname }),
        ...(name === undefined ? {} : { name }),
      };
      for await (const found of findBackups(parts.storage, wanted, context.signal)) {
        if (found.kind === 'backup') listed.set(found.backup.id, found);
        if (found.kind === 'damaged') damaged.push(found.failure);
      }
      const backups = [...listed.values()].map(({ backup }) => backup);
      const seen = new Set(backups.map((backup) => `${backup.hostname}\n${backup.name}`));
      // "The latest" of several series is nobody's wish.
      if (id === undefined || id === 'latest') refuseSeveral(backups, seen.size);
      const wish = { ...(id === undefined ? {} : { id }), ...(at ? { at } : {}) };
      const point = choose(backups, wish, damaged);
      context.set(CONTAINER, container);
      context.set(POINT, point);
      const deps = { ...parts, container, ...(keepGoing ? { rescue: rescueOf(parts) } : {}) };
      context.set(CHAIN, openChain(deps, restorePointOf(point.backup.id, backups), listed));
      const { backup, levels } = point;
      context.emit({
        name: 'point-chosen',
        facts: { backup: backup.id, levels: levels.length, at: backup.startedAt.toISOString() },
      });
    },
  });
}

function choose(backups: readonly Backup[], wish: { id?: string; at?: Date }, damaged: readonly Failure[]) {
  try {
    return chooseRestorePoint(backups, wish);
  } catch (error) {
    const [first] = damaged;
    // What was asked for may be among those that cannot be read; then that is the news.
    if (error instanceof Failure && error.code === 'backup.missing' && first) throw first;
    throw error;
  }
}

function refuseSeveral(backups: readonly Backup[], series: number): void {
  if (series <= 1) return;
  const names = [...new Set(backups.map(({ hostname, name }) => `"${name}" of ${hostname}`))].sort();
  throw new Failure(
    'backup.ambiguous',
    `there are backups of several names: ${names.slice(0, 10).join(', ')}`,
    { names },
  );
}
