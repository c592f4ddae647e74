import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ENTRY_TYPES, type Entry } from '#domain';
import type { BackupReader } from '#backup-set';
import { textOf } from '#kernel';
import { EntryLog } from './entry-log.js';

const READERS = [{}, {}] as unknown as readonly BackupReader[];

const entry = (path: string, more: Partial<Entry> = {}): Entry => ({
  ...{ path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, size: 0, at: 0, span: 512 },
  ...more,
});

describe('a log of entries', () => {
  it('gives back what was added, in the same order, whatever the names and numbers', () => {
    const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const logged = fc.record({
      path: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => textOf(bytes)),
      type: fc.constantFrom(...ENTRY_TYPES),
      ...{ size: number, uid: number, gid: number, at: number, span: number },
    });
    const added = fc.record({ entry: logged, reader: fc.constantFrom(...READERS) });
    fc.assert(
      fc.property(fc.array(added, { maxLength: 50 }), (lives) => {
        const log = new EntryLog();
        for (const { entry: facts, reader } of lives) log.add({ entry: entry(facts.path, facts), reader });
        const all = [...log.all()];
        assert.deepEqual(
          all.map((live) => live.entry),
          lives.map((live) => ({ ...live.entry })),
        );
        assert.ok(all.every(({ reader }, i) => reader === lives[i]?.reader));
      }),
    );
  });

  it('keeps a hundred thousand entries, and a path that is longer than a part of it', () => {
    const log = new EntryLog();
    const [reader] = READERS;
    assert.ok(reader);
    const long = 'x'.repeat(1 << 20);
    for (let i = 0; i < 100_000; i += 1) log.add({ entry: entry(`some/directory/file-${i}`), reader });
    log.add({ entry: entry(long), reader });
    log.add({ entry: entry('last'), reader });
    const paths = [...log.all()].map((live) => live.entry.path);
    assert.equal(paths.length, 100_002);
    assert.deepEqual(paths.slice(-3), ['some/directory/file-99999', long, 'last']);
    assert.ok(log.isWhole);
  });

  it('is thrown away when there are too many', () => {
    const log = new EntryLog();
    const [reader] = READERS;
    assert.ok(reader);
    const path = 'x'.repeat(1 << 20);
    for (let i = 0; i < 30; i += 1) log.add({ entry: entry(path), reader });
    assert.equal(log.isWhole, false);
    assert.deepEqual([...log.all()], []);
  });
});
