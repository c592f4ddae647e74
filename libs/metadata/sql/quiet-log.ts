import type { Logger } from 'typeorm';

/** TypeORM writes to the terminal unless somebody listens. What fails is told by a Failure. */
export const quietLog: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
