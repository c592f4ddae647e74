import { sharedPostgres } from '#embedded-postgres/testing';
import { silentLogger, systemClock } from '#kernel';
import { sqlMetadata, type SqlMetadata, type SqlOptions } from './sql-metadata.js';

export interface FreshMetadata {
  readonly metadata: SqlMetadata;
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Migrated metadata in a database of their own. */
export async function freshMetadata(options: Partial<SqlOptions> = {}): Promise<FreshMetadata> {
  const database = await (await sharedPostgres()).createDatabase();
  const { url } = database;
  const metadata = await sqlMetadata({ url, logger: silentLogger, clock: systemClock, ...options });
  await metadata.migrate();
  return {
    metadata,
    url,
    close: async () => {
      await metadata.close();
      await database.drop();
    },
  };
}
