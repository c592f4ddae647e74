/** The port to what the control plane remembers. */
export type {
  BackupFilter,
  ClientFilter,
  EndpointFilter,
  JobFilter,
  Metadata,
  Page,
  ProjectFilter,
  Query,
  RunFilter,
  RunTotal,
  RunTotals,
  Settings,
  Store,
  Stores,
  UserFilter,
} from './metadata.js';
export { memoryMetadata } from './memory/memory-metadata.js';
