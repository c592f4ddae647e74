import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure, type BackupId, type FailureCode } from '#kernel';
import { chooseRestorePoint, restorePointOf, restorePoints, type Backup } from '#domain';
import { backup, chain, daysAgo, ids, someBackups } from './testing/chains.js';

function rejects(act: () => unknown, code: FailureCode, message: string): void {
  assert.throws(act, (error) => {
    assert.ok(isFailure(error, code), String(error));
    assert.equal(error.message, message);
    return true;
  });
}

describe('a restore point', () => {
  it('is a backup with the levels it stands on, level 0 first', () => {
    const levels = chain(5, 4, 3, 2);
    const point = restorePointOf(levels[2]?.id as BackupId, [...levels].reverse());
    assert.deepEqual(ids(point.levels), ids(levels.slice(0, 3)));
    assert.equal(point.backup, levels[2]);
  });

  it('follows base ids where a level number occurs several times', () => {
    const [full, one] = chain(9, 8) as [Backup, Backup];
    const early = backup(7, one);
    const late = backup(6, one);
    const all = [full, one, late, early];
    assert.deepEqual(ids(restorePointOf(early.id, all).levels), ids([full, one, early]));
    assert.deepEqual(ids(restorePointOf(late.id, all).levels), ids([full, one, late]));
  });

  it('is missing when there is no such backup', () => {
    rejects(
      () => restorePointOf('20261120T000000Z-00000000' as BackupId, chain(1)),
      'backup.missing',
      'there is no backup "20261120T000000Z-00000000"',
    );
  });

  const [full, one, two] = chain(9, 8, 7) as [Backup, Backup, Backup];
  const other = backup(6);
  const broken: readonly { why: string; backups: readonly Backup[]; flaw: string }[] = [
    {
      why: 'a base is missing',
      backups: [full, two],
      flaw: `level 2 ${two.id} stands on ${one.id}, which is missing`,
    },
    {
      why: 'the level 0 is missing',
      backups: [one, two],
      flaw: `level 1 ${one.id} stands on ${full.id}, which is missing`,
    },
    {
      why: 'a backup stands on itself',
      backups: [full, one, { ...two, base: two.id }],
      flaw: `level 2 ${two.id} stands on itself`,
    },
    {
      why: 'bases run in a circle',
      backups: [full, { ...one, base: two.id }, two],
      flaw: `level 1 ${one.id} stands on level 2 ${two.id}, which is no lower level`,
    },
    {
      why: 'levels do not rise',
      backups: [full, one, { ...two, level: 1 }],
      flaw: `level 1 ${two.id} stands on level 1 ${one.id}, which is no lower level`,
    },
    {
      why: 'a base belongs to another chain',
      backups: [full, one, other, { ...two, base: other.id }],
      flaw: `level 2 ${two.id} of chain ${full.id} stands on level 0 ${other.id} of chain ${other.id}`,
    },
    {
      why: 'an increment names no base',
      backups: [full, one, { ...backup(7, one, { id: two.id }), base: undefined }],
      flaw: `level 2 ${two.id} names no base`,
    },
    {
      why: 'a level 0 belongs to another chain',
      backups: [{ ...full, id: two.id, chain: other.id }],
      flaw: `level 0 ${two.id} names ${other.id} as its chain`,
    },
  ];
  for (const { why, backups, flaw } of broken) {
    it(`is broken when ${why}`, () => {
      rejects(
        () => restorePointOf(two.id, backups),
        'chain.broken',
        `backup ${two.id} cannot be restored: ${flaw}`,
      );
      assert.equal(restorePoints(backups).find((point) => point.backup.id === two.id)?.flaw, flaw);
    });
  }

  it('is listed whole exactly when it can be restored', () => {
    fc.assert(
      fc.property(someBackups, (backups) => {
        for (const { backup: each, whole } of restorePoints(backups)) {
          if (whole) assert.equal(restorePointOf(each.id, backups).levels.at(-1), each);
          else assert.throws(() => restorePointOf(each.id, backups));
        }
      }),
    );
  });

  it('is listed before all older ones', () => {
    const levels = chain(5, 4, 3);
    assert.deepEqual(
      ids(restorePoints([...levels]).map((point) => point.backup)),
      ids([...levels].reverse()),
    );
  });
});

describe('the wished restore point', () => {
  const levels = chain(5, 4, 3, 2);
  const [full, one, two, three] = levels as [Backup, Backup, Backup, Backup];

  const table: readonly [string, Parameters<typeof chooseRestorePoint>[1], Backup][] = [
    ['is the newest without a wish', undefined, three],
    ['is the newest by "latest"', { id: 'latest' }, three],
    ['can be named by its id', { id: one.id }, one],
    ['can be named by the beginning of its id', { id: two.id.slice(0, 12) }, two],
    ['is the newest that had started at a moment', { at: daysAgo(3.5) }, one],
    ['may have started at that very moment', { at: daysAgo(5) }, full],
    ['can be the latest before a moment', { id: 'latest', at: daysAgo(2.5) }, two],
  ];
  for (const [why, wish, expected] of table) {
    it(why, () => assert.equal(chooseRestorePoint(levels, wish).backup, expected));
  }

  it('is refused with all candidates when the beginning of an id fits several', () => {
    rejects(
      () => chooseRestorePoint([full, one], { id: '202611' }),
      'backup.ambiguous',
      `backup id "202611" can be ${one.id}, ${full.id}`,
    );
  });

  it('is refused with a few candidates when very many fit', () => {
    const many = chain(...Array.from({ length: 11 }, (_, index) => 15 - index));
    assert.throws(() => chooseRestorePoint(many, { id: '2' }), /and 3 more$/);
    assert.throws(() => chooseRestorePoint(many.slice(3), { id: '2' }), /[0-9a-f]{8}$/);
  });

  it('is a full id even if another one begins with it', () => {
    const longer = { ...full, id: `${one.id}ff` as BackupId, chain: `${one.id}ff` as BackupId };
    assert.equal(chooseRestorePoint([full, one, longer], { id: one.id }).backup, one);
  });

  it('is missing when nothing fits', () => {
    rejects(() => chooseRestorePoint([]), 'backup.missing', 'there is no backup');
    rejects(() => chooseRestorePoint(levels, { id: 'x' }), 'backup.missing', 'there is no backup "x"');
    rejects(() => chooseRestorePoint(levels, { id: '' }), 'backup.missing', 'there is no backup ""');
    rejects(
      () => chooseRestorePoint(levels, { at: daysAgo(6) }),
      'backup.missing',
      'there is no backup that started at or before 2026-11-14T12:00:00.000Z',
    );
  });

  it('is never silently an older one when the newest is broken', () => {
    assert.throws(
      () => chooseRestorePoint([full, one, three]),
      (error) => isFailure(error, 'chain.broken'),
    );
  });
});
