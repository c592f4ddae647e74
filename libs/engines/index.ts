/** A source as one stream of members, and members back into files. */
export { LARGE_CONTENT, LOAN } from './archive-engine.js';
export type {
  Archive,
  ArchiveEngine,
  ArchiveOutcome,
  ArchivePart,
  EngineState,
  Extracted,
  LargeContent,
  PartBuffers,
  ExtractProblem,
  ReadOptions,
  Source,
  Target,
} from './archive-engine.js';
