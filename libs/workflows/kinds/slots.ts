import type {
  BackupSetWriter,
  Chain,
  Container,
  InterruptedBackup,
  ListedBackup,
  Manifest,
  Orphan,
  RestorePlan,
} from '#backup-set';
import type { RestorePoint } from '#domain';
import type { ArchiveOutcome, EngineState, Extracted } from '#engines';
import type { CommandExit } from '#host';
import type { BackupOrder, ExecOrder, RestoreOrder, VerifyOrder } from '../orders.js';
import { slot } from '../runner/slot.js';
import type { EntryLog } from '../restoring/entry-log.js';
import type { TargetGuard } from '../restoring/target-guard.js';
import type { VerifyReport } from '../verify-report.js';

/** What the steps of the agent's workflows hand to each other. */

export const BACKUP_ORDER = slot<BackupOrder>('backup order');
export const RESTORE_ORDER = slot<RestoreOrder>('restore order');
export const VERIFY_ORDER = slot<VerifyOrder>('verify order');
export const EXEC_ORDER = slot<ExecOrder>('exec order');
/** The container; `undefined` when a dry run found none. */
export const CONTAINER = slot<Container | undefined>('container');
/** With what this backup may go on, if anything. */
export const INTERRUPTED = slot<Interrupted | undefined>('interrupted backup');
export const LEVEL = slot<ChosenLevel>('level');
export const WRITER = slot<BackupSetWriter>('writer');
export const STREAM = slot<ArchiveOutcome>('stream');
export const RECEIPT = slot<Manifest>('receipt');
export const MEASURED = slot<Measured>('measured');
export const POINT = slot<RestorePoint>('restore point');
export const CHAIN = slot<Chain>('chain');
export const TARGET = slot<TargetGuard | undefined>('target');
export const PLAN = slot<RestorePlan>('plan');
/** The entries of the plan. */
export const PLANNED = slot<EntryLog>('planned entries');
/** What was handed to the engine: the plan, without what is damaged. */
export const RESTORED = slot<RestorePlan>('restored');
export const EXTRACTED = slot<Extracted>('extracted');
export const DELETED = slot<number>('deleted');
export const CHECKED = slot<Checked>('checked');
export const TO_VERIFY = slot<readonly ListedBackup[]>('to verify');
export const TO_READ = slot<ToRead>('to read');
export const REPORT = slot<VerifyReport>('report');
export const EXIT = slot<CommandExit>('exit');

/** Stored objects whose bytes are to be compared with their digests. */
export interface ToRead {
  /** Those that are read for their digests only, and their bytes. */
  readonly alone: (key: string) => boolean;
  readonly bytes: number;
  /** Those that are read for their data anyway. */
  readonly withData: (key: string) => boolean;
}

/** Restored paths that are not as the catalogue says. */
export interface Checked {
  /** Missing, of another type or of another size. */
  readonly different: readonly string[];
  /** Of another owner or group. */
  readonly foreign: { readonly count: number; readonly first?: string };
}

/** What a killed run noted on this machine, and what it left in the container. */
export interface Interrupted {
  readonly left: InterruptedBackup;
  readonly orphan: Orphan;
}

export interface ChosenLevel {
  readonly level: number;
  readonly base?:
    | {
        readonly listed: ListedBackup;
        readonly state: EngineState;
        /** The base and all below it, level 0 first. */
        readonly chain: Chain;
      }
    | undefined;
  readonly reason: string;
}

/** What a dry run found that a backup would store. */
export interface Measured {
  readonly entries: number;
  readonly files: number;
  readonly bytes: number;
  readonly streamBytes: number;
}
