/** PostgreSQL for tests: one server a process, a fresh database for each who asks. */
export { passableDirectory } from './places.js';
export { query } from './query.js';
export { sharedPostgres, type FreshDatabase, type SharedPostgres } from './shared-postgres.js';
