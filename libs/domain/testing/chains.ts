import * as fc from 'fast-check';
import { backupId, type BackupId } from '#kernel';
import type { Backup } from '../backup.js';

const DAY = 86_400_000;
export const NOW = new Date('2026-11-20T12:00:00Z');

/** The moment so many days before {@link NOW}. */
export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * DAY);
}

let made = 0;

/** A level 0 that started so many days ago, or an increment of `base`. */
export function backup(days: number, base?: Backup, rest: Partial<Backup> = {}): Backup {
  const startedAt = daysAgo(days);
  const random = new Uint8Array(4);
  new DataView(random.buffer).setUint32(0, (made += 1));
  const id = backupId(startedAt, random);
  return {
    id,
    hostname: 'web1',
    name: 'etc',
    chain: base?.chain ?? id,
    level: base ? base.level + 1 : 0,
    ...(base && { base: base.id }),
    startedAt,
    finishedAt: new Date(startedAt.getTime() + 60_000),
    engine: 'tar',
    ...rest,
  };
}

/** A chain of levels 0, 1, 2 … that started so many days ago. */
export function chain(...days: readonly number[]): readonly Backup[] {
  const levels: Backup[] = [];
  for (const ago of days) levels.push(backup(ago, levels.at(-1)));
  return levels;
}

export function ids(backups: readonly Backup[]): readonly BackupId[] {
  return backups.map((each) => each.id);
}

/** One step in the life of a container: a new level 0, an increment of some backup, or the loss of one. */
type Step = {
  readonly kind: 'full' | 'increment' | 'loss';
  readonly name: string;
  readonly pick: number;
  readonly hours: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('full', 'increment', 'increment', 'increment', 'loss'),
  name: fc.constantFrom('etc', 'home'),
  pick: fc.nat(1000),
  hours: fc.integer({ min: 0, max: 200 }),
});

/** Backups of two names as they come about in many days, branches and holes included, in any order. */
export const someBackups: fc.Arbitrary<readonly Backup[]> = fc
  .array(step, { maxLength: 40 })
  .chain((steps) => fc.shuffledSubarray([...lived(steps)], { minLength: lived(steps).length }));

function lived(steps: readonly Step[]): readonly Backup[] {
  const alive: Backup[] = [];
  let days = 60;
  made = 0;
  for (const { kind, name, pick, hours } of steps) {
    days -= hours / 24;
    const ofName = alive.filter((each) => each.name === name);
    const picked = ofName[pick % Math.max(1, ofName.length)];
    if (kind === 'loss' && picked) alive.splice(alive.indexOf(picked), 1);
    else alive.push(backup(days, kind === 'increment' ? picked : undefined, { name }));
  }
  return alive;
}
