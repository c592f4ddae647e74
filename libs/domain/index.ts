/** What a backup system is: values and decisions, no input or output. */
export type { Backup } from './backup.js';
export { ENTRY_TYPES, type Entry, type EntryType, type Listed, type Notice } from './entry.js';
export { baseFor, type LevelDecision } from './level.js';
export { levelPolicyProblems, type LevelPolicy } from './level-policy.js';
export {
  chooseRestorePoint,
  restorePointOf,
  restorePoints,
  type ListedRestorePoint,
  type RestorePoint,
  type RestorePointWish,
} from './restore-point.js';
export { planRetention, type RetentionPlan, type RetentionVerdict } from './retention.js';
export { retentionPolicyProblems, type RetentionPolicy } from './retention-policy.js';
