/** What tests of metadata, and tests that need some, start from. */
export { describeMetadataContract } from './metadata-contract.js';
export type { MetadataUnderContract } from './metadata-under-contract.js';
export { anAction, aBackup, aClient, aJob, aUser, aRun, aSession } from './documents.js';
