import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Manifest } from '#backup-set';
import { archiveEngine } from '#engines/drivers';
import { removeTree, systemCommands } from '#host';
import type { StorageBackend } from '#storage';
import { bytesAt, faultyStorage, memoryStorage } from '#storage/testing';
import { bodyOf } from '#storage';
import { backupFolder } from '#backup-set';
import { runBackup, runRestore, type Parts } from '#workflows';
import { assertSameTree, backupOrder, partsOn, restoreOrder } from '#test/support';

const NEVER = new AbortController().signal;

/** A machine that backs up one tree, with a cache that tests can harm. */
class Machine {
  readonly storage: StorageBackend = memoryStorage();
  readonly place = mkdtempSync(join(tmpdir(), 'firn-state-cache-'));
  readonly source = this.folder('source');
  #restores = 0;

  constructor(private readonly engine: 'tar' | 'block') {
    writeFileSync(join(this.source, 'image'), randomBytes(400_000));
    writeFileSync(join(this.source, 'note'), 'first');
  }

  folder(name: string): string {
    mkdirSync(join(this.place, name));
    return join(this.place, name);
  }

  async backup(cache: string | undefined): Promise<{ manifest: Manifest; reason: string; reads: string[] }> {
    const storage = faultyStorage(this.storage, []);
    const parts = this.#parts(storage, cache);
    try {
      const order = backupOrder(this.source, { hostname: 'web1', name: 'data' });
      const { manifest, reason } = await runBackup(parts, order, { signal: NEVER });
      const reads = storage.diary.filter((call) => /^get .*\/(state|pieces)$/.test(call));
      return { manifest, reason, reads: reads.map((call) => call.replace(/.*\//, '')) };
    } finally {
      await parts.close();
    }
  }

  /** Changes the tree, so that each level has something to tell. */
  change(): void {
    const image = readFileSync(join(this.source, 'image'));
    randomBytes(5000).copy(image, 200_000);
    writeFileSync(join(this.source, 'image'), image);
  }

  async assertRestorable(): Promise<void> {
    const parts = this.#parts(this.storage, undefined);
    const target = this.folder(`restored ${(this.#restores += 1)}`);
    try {
      await runRestore(parts, restoreOrder(target), { signal: NEVER });
      await assertSameTree(this.source, target);
    } finally {
      await parts.close();
    }
  }

  async harm(manifest: Manifest, name: 'state' | 'pieces'): Promise<void> {
    const key = `${backupFolder({ ...manifest, id: manifest.backup })}${name}`;
    const bytes = await bytesAt(this.storage, key);
    bytes[bytes.length >> 1]! ^= 1;
    await this.storage.remove(key);
    await this.storage.put(key, bodyOf(bytes));
  }

  #parts(storage: StorageBackend, cache: string | undefined): Parts & { close(): Promise<void> } {
    const work = mkdtempSync(join(this.place, 'work-'));
    return {
      ...partsOn(storage, work),
      engine: archiveEngine(this.engine).open({ commands: systemCommands, temporaryDirectory: work }),
      ...(cache === undefined ? {} : { stateCache: { directory: cache } }),
    };
  }
}

/** Every copy in a cache. */
function copiesIn(cache: string): string[] {
  const all = readdirSync(cache, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

for (const engine of ['tar', 'block'] as const) {
  describe(`the state cache of a machine that backs up with ${engine}`, () => {
    const needed = engine === 'tar' ? ['state'] : ['state', 'pieces'];
    let machine: Machine;
    let cache: string;
    let zero: Manifest;
    beforeEach(async () => {
      machine = new Machine(engine);
      cache = machine.folder('cache');
      zero = (await machine.backup(cache)).manifest;
      machine.change();
    });
    afterEach(() => removeTree(machine.place));

    it('lets an increment read neither state nor pieces from the storage', async () => {
      for (const level of [1, 2, 3]) {
        const { manifest, reads } = await machine.backup(cache);
        assert.equal(manifest.level, level);
        assert.deepEqual(reads, []);
        machine.change();
      }
      await machine.backup(cache);
      await machine.assertRestorable();
    });

    const harms: readonly { why: string; harm: () => void }[] = [
      { why: 'is missing', harm: () => rmSync(cache, { recursive: true }) },
      {
        why: 'is damaged',
        harm: () => {
          for (const path of copiesIn(cache)) {
            const bytes = readFileSync(path);
            bytes[9]! ^= 4;
            writeFileSync(path, bytes);
          }
        },
      },
      {
        why: 'is cut short',
        harm: () => {
          for (const path of copiesIn(cache)) writeFileSync(path, readFileSync(path).subarray(1));
        },
      },
      {
        why: 'is no directory',
        harm: () => {
          rmSync(cache, { recursive: true });
          writeFileSync(cache, 'in the way');
        },
      },
    ];
    for (const { why, harm } of harms) {
      it(`that ${why} costs a read of the storage, and no more`, async () => {
        harm();
        const { manifest, reads } = await machine.backup(cache);
        assert.equal(manifest.level, 1);
        assert.deepEqual([...new Set(reads)], needed);
        await machine.assertRestorable();
      });

      it(`that ${why} leads to a full backup, which says why, when the storage is damaged too`, async () => {
        harm();
        await machine.harm(zero, 'state');
        const { manifest, reason } = await machine.backup(cache);
        assert.equal(manifest.level, 0);
        assert.match(reason, new RegExp(`the base ${zero.backup} cannot be used: .*state" is damaged`));
        await machine.assertRestorable();
      });
    }

    it('that is stale, or of another machine, is not believed', async () => {
      const stale = machine.folder('stale');
      cpSync(cache, stale, { recursive: true });
      await machine.backup(cache);
      machine.change();
      const { manifest, reads } = await machine.backup(stale);
      assert.equal(manifest.level, 2);
      assert.deepEqual([...new Set(reads)], needed);
      await machine.assertRestorable();
    });

    it('helps where the storage has lost what an increment needs', async () => {
      for (const name of needed) await machine.harm(zero, name as 'state' | 'pieces');
      const { manifest } = await machine.backup(cache);
      assert.equal(manifest.level, 1);
      await machine.assertRestorable();
    });

    it('can be done without', async () => {
      const { manifest, reads } = await machine.backup(undefined);
      assert.equal(manifest.level, 1);
      assert.deepEqual(reads, needed);
      await machine.assertRestorable();
    });
  });
}

describe('an increment of the block engine', () => {
  let machine: Machine;
  let zero: Manifest;
  beforeEach(async () => {
    machine = new Machine('block');
    zero = (await machine.backup(undefined)).manifest;
    machine.change();
    await machine.backup(undefined);
    machine.change();
  });
  afterEach(() => removeTree(machine.place));

  it('stores about what changed', async () => {
    const { manifest } = await machine.backup(undefined);
    assert.equal(manifest.level, 2);
    assert.ok(manifest.totals.storedBytes < 60_000, `${manifest.totals.storedBytes} bytes`);
    await machine.assertRestorable();
  });

  it('is full, and says why, when any level below it has lost its pieces', async () => {
    await machine.harm(zero, 'pieces');
    const { manifest, reason } = await machine.backup(undefined);
    assert.equal(manifest.level, 0);
    assert.match(reason, new RegExp(`0-${zero.backup}/pieces" is damaged`));
    await machine.assertRestorable();
  });
});
