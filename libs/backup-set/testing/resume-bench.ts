import { join } from 'node:path';
import { silentLogger } from '#kernel';
import type { StorageBackend } from '#storage';
import {
  backupFolder,
  findInterrupted,
  holdsSegments,
  takeUp,
  type BackupSetWriter,
  type InterruptedBackup,
  type JournalOrder,
  type JournalPlace,
  type TakenUpBackup,
} from '#backup-set';
import { Bench, NEVER, SERIES, START, type BackupOptions } from './bench.js';
import type { Synthetic } from './synthetic.js';

/** A bench whose backups can be interrupted, and gone on with. */
export class ResumeBench {
  private constructor(readonly bench: Bench) {}

  static async make(encrypted: boolean): Promise<ResumeBench> {
    return new ResumeBench(await Bench.make({ encrypted }));
  }

  get journal(): JournalPlace {
    const order: JournalOrder = {
      ...{ program: 'firn 0.0.0', container: this.bench.container.id, ...SERIES, level: 0, engine: 'tar' },
      ...{ source: '/etc', selection: '0'.repeat(64), compression: 'none', maxSegmentBytes: 4096 },
      places: ['memory'],
    };
    return { directory: join(this.bench.directory.path, 'journals'), order, log: silentLogger };
  }

  get options(): BackupOptions {
    return { maxSegmentBytes: 4096, codec: 'none', journal: this.journal };
  }

  /** Writes until the storage fails, and leaves everything as a process that is killed then does. */
  async interrupt(writer: BackupSetWriter, stream: Synthetic): Promise<boolean> {
    try {
      await writer.write(stream.parts(1000), NEVER);
      return false;
    } catch {
      await writer.setAside();
      return true;
    } finally {
      await writer.close(false);
    }
  }

  async left(): Promise<InterruptedBackup | { readonly unusable: string } | undefined> {
    return findInterrupted(this.journal.directory, this.bench.container, SERIES);
  }

  /** What was interrupted, as the next run takes it over; or why it cannot. */
  async takenUp(storage: StorageBackend = this.bench.storage): Promise<TakenUpBackup | string> {
    const left = await this.left();
    if (!left) return 'there is no journal';
    if ('unusable' in left) return left.unusable;
    const folder = this.folderOf(left);
    if (!(await holdsSegments(storage, folder, left, NEVER))) return 'segments are missing';
    const options = { writer: 'another', stateOf: () => 'gone' as const, now: START, log: silentLogger };
    return takeUp(storage, folder, left, options, NEVER);
  }

  folderOf({ backup, chain }: InterruptedBackup): string {
    return backupFolder({ ...SERIES, chain, level: 0, id: backup });
  }
}
