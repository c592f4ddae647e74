import { randomBytes } from 'node:crypto';
import { CodecShelf } from '#backup-set';
import { openCodec, type CodecName } from '#codecs';
import { archiveEngine } from '#engines/drivers';
import { exclusively, systemCommands } from '#host';
import { silentLogger, systemClock } from '#kernel';
import type { StorageBackend } from '#storage';
import type { BackupOrder, Parts, RestoreOrder } from '#workflows';

/** What workflows are made of, on any storage: real tar, real codecs, and nothing of the agent around them. */
export function partsOn(storage: StorageBackend, workDirectory: string): Parts & { close(): Promise<void> } {
  const open = (name: CodecName, level?: number) =>
    openCodec(name, { lanes: 2, level, commands: systemCommands });
  const codecs = new CodecShelf(open);
  return {
    ...{ storage, codecs, workDirectory },
    exclusively: (name) => exclusively(`test ${workDirectory}\n${name}`),
    engine: archiveEngine('tar').open({ commands: systemCommands, temporaryDirectory: workDirectory }),
    openCodec: open,
    lanes: 2,
    writer: 'this test',
    writerState: () => 'gone',
    random: randomBytes,
    clock: systemClock,
    log: silentLogger,
    close: () => codecs.close(),
  };
}

/** A guess at a passphrase may be cheap in tests. */
const CHEAP = { memoryKiB: 8, passes: 1 };

export function backupOrder(root: string, order: Partial<BackupOrder> = {}): BackupOrder {
  return {
    source: { root, excludes: [], excludeFiles: [], oneFileSystem: false, dereference: 'none' },
    ...{ hostname: 'host', name: 'name', program: 'test', compression: 'zstd' },
    policy: { incremental: true },
    passphrase: 'pass',
    passphraseCost: CHEAP,
    maxSegmentBytes: 65_536,
    ...order,
  };
}

export function restoreOrder(target: string, order: Partial<RestoreOrder> = {}): RestoreOrder {
  return {
    unlock: { kind: 'passphrase', passphrase: 'pass' },
    ...{ target, include: [], overwrite: 'always', delete: false, keepGoing: false },
    ...order,
  };
}
