/** The port to metadata, on PostgreSQL. */
export { sqlMetadata, type SqlMetadata, type SqlOptions } from './sql-metadata.js';
