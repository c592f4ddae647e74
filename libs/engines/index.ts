/** A source as one stream of members, and members back into files. */
export type {
  Archive,
  ArchiveEngine,
  ArchiveOutcome,
  ArchivePart,
  EngineState,
  Extracted,
  ExtractProblem,
  Source,
  Target,
} from './archive-engine.js';
