import type { Finding, Orphan, Series, Stray, VerifiedObject } from '#backup-set';
import type { BackupId, Failure } from '#kernel';

/** What was found out about one backup. */
export interface VerifiedBackup extends Series {
  readonly id: BackupId;
  readonly level: number;
  readonly findings: Finding[];
  /** Paths of this level's stream that cannot be restored, as far as the key allows to say. */
  readonly lost: string[];
  /** Objects whose stored bytes were read, and how many the manifest names. */
  objects: number;
  ofObjects: number;
  bytes: number;
  ofBytes: number;
  /** Bytes of the stream that were opened and read as their engine reads them. */
  dataBytes: number;
  entries: number;
}

/** Something that takes up space and is of no use; it harms no backup. */
export type Leftover =
  { readonly kind: 'orphan'; readonly orphan: Orphan } | { readonly kind: 'stray'; readonly stray: Stray };

/** Collects findings backup by backup, in the order in which they are met. */
export class VerifyReport {
  readonly leftovers: Leftover[] = [];
  /** Why the result could not be kept in the container, if it was to be. */
  notKept: Failure | undefined;
  readonly #backups = new Map<BackupId, VerifiedBackup>();

  constructor(readonly startedAt: Date) {}

  of({ id, hostname, name, level }: Series & { id: BackupId; level: number }): VerifiedBackup {
    const known = this.#backups.get(id);
    if (known) return known;
    const fresh: VerifiedBackup = {
      ...{ id, hostname, name, level },
      ...{ findings: [], lost: [], objects: 0, ofObjects: 0, bytes: 0, ofBytes: 0 },
      ...{ dataBytes: 0, entries: 0 },
    };
    this.#backups.set(id, fresh);
    return fresh;
  }

  add({ of, bytes, finding }: VerifiedObject): void {
    const verified = this.of(of.backup);
    verified.objects += 1;
    verified.bytes += bytes;
    if (finding) verified.findings.push(finding);
  }

  get backups(): readonly VerifiedBackup[] {
    return [...this.#backups.values()];
  }

  get findings(): number {
    return this.backups.reduce((sum, { findings }) => sum + findings.length, 0);
  }
}
