import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { findBackups, type FoundBackup } from '#backup-set';
import { Failure } from '#kernel';
import { bodyOf, readAll, type StorageBackend } from '#storage';
import { faultyStorage, memoryStorage, type ScriptedFault } from '#storage/testing';
import { runBackup, runRestore, runVerify } from '#workflows';
import {
  assertSameTree,
  backupOrder,
  noise,
  partsOn,
  restoreOrder,
  withTemporaryDirectory,
} from '#test/support';

async function foundIn(storage: StorageBackend): Promise<FoundBackup[]> {
  return Array.fromAsync(findBackups(storage));
}

async function copyOf(storage: StorageBackend): Promise<StorageBackend> {
  const copy = memoryStorage();
  for await (const { key } of storage.list(''))
    await copy.put(key, bodyOf(await readAll(await storage.get(key))));
  return copy;
}

const signal = new AbortController().signal;

describe('a backup whose nth call of the storage goes wrong', function () {
  this.timeout(120_000);

  for (const does of ['fail', 'lose-answer'] as const) {
    it(`(${does}) is whole or not there, for every n; earlier ones stay, and the next run works`, () =>
      withTemporaryDirectory(async (place) => {
        const source = join(place, 'source');
        mkdirSync(source);
        for (let i = 0; i < 6; i += 1) writeFileSync(join(source, `file-${i}`), noise(30_000, i + 1));
        const first = memoryStorage();
        await runBackup(partsOn(first, place), backupOrder(source), { signal });
        for (let i = 3; i < 6; i += 1) writeFileSync(join(source, `file-${i}`), noise(30_000, i + 50));

        let n = 1;
        for (let met = true; met; n += 1) {
          const storage = await copyOf(first);
          const fault: ScriptedFault = {
            call: 'any',
            nth: n,
            does,
            failure: new Failure('storage.access-denied', 'scripted'),
          };
          const faulty = faultyStorage(storage, [fault]);
          const succeeded = await runBackup(partsOn(faulty, place), backupOrder(source), { signal }).then(
            () => true,
            () => false,
          );
          met = wasMet(faulty);

          const found = await foundIn(storage);
          const committed = found.filter(({ kind }) => kind === 'backup').length;
          assert.equal(
            found.filter(({ kind }) => kind === 'damaged').length,
            0,
            `call ${n}: something is damaged`,
          );
          assert.equal(committed, succeeded ? 2 : 1, `call ${n}: what is listed is what was told`);
          const report = await runVerify(
            partsOn(storage, place),
            { ...restoreOrder('/'), readData: true },
            { signal },
          );
          assert.equal(report.findings, 0, `call ${n}: ${JSON.stringify(report.backups)}`);

          await runBackup(partsOn(storage, place), backupOrder(source), { signal });
          const after = await foundIn(storage);
          assert.equal(
            after.filter(({ kind }) => kind === 'unfinished').length,
            0,
            `call ${n}: rests are left`,
          );
          const target = join(place, `target-${does}-${n}`);
          await runRestore(partsOn(storage, place), restoreOrder(target), { signal });
          await assertSameTree(source, target);
        }
        assert.ok(n > 20, `only ${n} calls were tried`);
      }));
  }
});

function wasMet(storage: ReturnType<typeof faultyStorage>): boolean {
  try {
    storage.assertAllMet();
    return true;
  } catch {
    return false;
  }
}
