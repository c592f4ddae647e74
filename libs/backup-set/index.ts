/** The stored format lives here and only here: `docs/format.md` describes it byte by byte. */
export {
  findBackups,
  listBackups,
  type BackupListing,
  type DamagedBackup,
  type FoundBackup,
  type ListedBackup,
  type SeriesFilter,
  type UnfinishedBackup,
} from './backup-list.js';
export type { CatalogueLine } from './catalogue/catalogue-line.js';
export type { EntryTotals } from './catalogue/catalogue-writer.js';
export { agreeOnContainer, seedCopies } from './container/copied-container.js';
export { Container } from './container/container.js';
export {
  addPassphrase,
  addRecoveryKey,
  listSlots,
  removeSlot,
  type SlotOptions,
} from './container/key-slots.js';
export { openContainer, openOrCreateContainer, type CreateOptions } from './container/open-container.js';
export { CodecShelf } from './frames/codec-shelf.js';
export type { Framing } from './frames/index-rows.js';
export { DEFAULT_COST, type KeySlot, type PassphraseCost, type Unlock } from './keys/key-slot.js';
export { backupFolder, manifestKey, type Series } from './layout.js';
export { backupOf, type Manifest } from './manifest.js';
export { bytesNeededAgain } from './needed-again.js';
export { BackupReader, type Damage, type ReaderDeps } from './reader/backup-reader.js';
export { openChain, openLevel, type Chain } from './reader/chain-reader.js';
export { knownPieces } from './reader/known-pieces.js';
export type { LiveEntry } from './reader/live-entry.js';
export { ancestorsOf, everything, LiveTree, type Wanted } from './reader/live-tree.js';
export { RangeList, type Range } from './reader/ranges.js';
export type { Rescue, Rescued } from './reader/rescue.js';
export {
  planRestore,
  rangesOf,
  type DamagedRanges,
  type PlannedLevel,
  type PlanOptions,
  type PlanTotals,
  type RestorePlan,
  type RetitledMember,
} from './reader/restore-plan.js';
export { below } from './reader/unchanged-names.js';
export type { JournalPlace } from './resume/backup-journal.js';
export { findInterrupted, type InterruptedBackup } from './resume/interrupted-backup.js';
export type { JournalOrder } from './resume/journal-record.js';
export { holdsSegments, takeUp, type TakenUpBackup } from './resume/take-up.js';
export { StateCache } from './state-cache/state-cache.js';
export {
  bytesIn,
  objectsOf,
  segmentsOf,
  type Finding,
  type VerifiedObject,
} from './upkeep/checked-object.js';
export { folderContents, type FolderContents, type Stray } from './upkeep/folder-contents.js';
export { holdBackup, holdInWords, holdsOf, releaseHold, type HeldBackup, type Hold } from './upkeep/hold.js';
export { copyBackups, type CopiedBackups, type CopyBackupsOptions } from './upkeep/copy-backups.js';
export { findOrphans, sweepOrphan, sweepOrphans, type Orphan } from './upkeep/orphans.js';
export { heldInWords, prune, type PruneEvent } from './upkeep/prune.js';
export { removeBackup } from './upkeep/removal.js';
export { chooseSample, type SampleWish } from './upkeep/sample.js';
export {
  keepVerification,
  lastVerified,
  verificationsOf,
  type LastVerified,
  type Verification,
} from './upkeep/verification.js';
export { SegmentDigests } from './upkeep/segment-digests.js';
export { verifyObjects, verifyStream } from './upkeep/verify.js';
export type { WriterState } from './upkeep/writer-mark.js';
export { BackupSetWriter } from './writer/backup-set-writer.js';
export type { KeptCounts } from './writer/segment-writer.js';
export { frameBytesFor } from './writer/frame-cutter.js';
export type { NewBackup, StreamEnd, WriteProgress, WriterDeps, WriterLimits } from './writer/new-backup.js';
