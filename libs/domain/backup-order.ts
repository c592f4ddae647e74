import type { Backup } from './backup.js';

/** For `sort`: the newest backup first, by start and then by id. */
export function newestFirst(a: Backup, b: Backup): number {
  return b.startedAt.getTime() - a.startedAt.getTime() || compareText(b.id, a.id);
}

/** The newest of some backups. */
export function newestOf(backups: readonly Backup[]): Backup | undefined {
  return [...backups].sort(newestFirst)[0];
}

/** For `sort`: an order in which backups can be deleted one by one and never leave a dependant without its base. */
export function deletableFirst(a: Backup, b: Backup): number {
  return b.level - a.level || newestFirst(b, a);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
