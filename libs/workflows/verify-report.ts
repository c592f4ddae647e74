import type { Finding, Series } from '#backup-set';
import type { BackupId } from '#kernel';

/** What was found out about one backup. */
export interface VerifiedBackup extends Series {
  readonly id: BackupId;
  readonly level: number;
  readonly findings: Finding[];
  /** Paths of this level's stream that cannot be restored, as far as the key allows to say. */
  readonly lost: string[];
  objects: number;
  bytes: number;
  /** Bytes of the stream that were opened and read as their engine reads them. */
  dataBytes: number;
  entries: number;
}

/** Collects findings backup by backup, in the order in which they are met. */
export class VerifyReport {
  readonly #backups = new Map<BackupId, VerifiedBackup>();

  of({ id, hostname, name, level }: Series & { id: BackupId; level: number }): VerifiedBackup {
    const known = this.#backups.get(id);
    if (known) return known;
    const fresh: VerifiedBackup = {
      ...{ id, hostname, name, level },
      ...{ findings: [], lost: [], objects: 0, bytes: 0, dataBytes: 0, entries: 0 },
    };
    this.#backups.set(id, fresh);
    return fresh;
  }

  get backups(): readonly VerifiedBackup[] {
    return [...this.#backups.values()];
  }

  get findings(): number {
    return this.backups.reduce((sum, { findings }) => sum + findings.length, 0);
  }
}
