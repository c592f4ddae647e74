/** An embedded PostgreSQL server as a port: made, started, watched and closed. */
export type { Connection, EmbeddedPostgres } from './embedded-postgres.js';
export { startEmbeddedPostgres, type EmbeddedPostgresOptions } from './start.js';
