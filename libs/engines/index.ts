/** A source as one stream of members, and members back into files. */
export { BUFFERS_IN_WORK, LARGE_CONTENT } from './archive-engine.js';
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
  Source,
  Target,
} from './archive-engine.js';
