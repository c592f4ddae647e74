import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { ApiConfig } from '#config';
import { signingKey, type ControlParts } from '#control';
import { startEmbeddedPostgres } from '#embedded-postgres';
import { systemClock, type Failure, type Logger } from '#kernel';
import { sqlMetadata } from '#metadata/sql';
import { postgresQueue, redisQueue } from '#queue/bullmq';
import { openStateDirectory } from '../process/state-directory.js';
import { allCapabilities, settingsProblems } from './settings-problems.js';
import { sealingKeysIn } from './storages/sealing-keys.js';
import { storageKnowledge } from './storages/storage-knowledge.js';
import type { ApiSettings } from './tokens.js';
import { waitForDatabase } from './wait-for-database.js';

/** Parts that are to be closed. */
export interface Composed {
  readonly parts: ControlParts;
  readonly settings: ApiSettings;
  /** Resolves when the embedded database is given up; never otherwise. */
  readonly failed: Promise<Failure>;
  close(): Promise<void>;
}

/**
 * The one place where the API's parts are made and joined: the database with its tables, the queue, and what the control
 * plane needs. Rejects with `metadata.unavailable` when the database does not answer in time, with
 * `metadata.newer-schema`, and with `platform.*` when the embedded one cannot be started; nothing is left open then.
 */
export async function compose(config: ApiConfig, logger: Logger, signal: AbortSignal): Promise<Composed> {
  await using open = new AsyncDisposableStack();
  const database = await databaseOf(config, logger, signal, open);
  const metadata = await sqlMetadata({ url: database.url, logger, clock: systemClock });
  open.defer(() => metadata.close());
  const queue = config.redisUrl
    ? redisQueue({ url: config.redisUrl.reveal(), logger })
    : postgresQueue({ url: database.url, logger });
  open.defer(() => queue.close());

  const parts: ControlParts = {
    ...{ metadata, queue, logger, settingsProblems, allCapabilities },
    storages: storageKnowledge,
    sealingKeys: sealingKeysIn(
      config.sealingKeyFile ?? path.join(config.stateDir, 'secrets', 'sealing-key'),
      randomBytes,
    ),
    clock: systemClock,
    random: randomBytes,
    leaseMs: config.leaseSeconds * 1000,
  };
  const waitMs = config.databaseWaitSeconds * 1000;
  const key = await waitForDatabase(
    async () => {
      await metadata.ready(signal);
      await metadata.migrate();
      return signingKey(parts);
    },
    { clock: systemClock, logger, waitMs, signal },
  );
  const { bodyLimit, tokenMinutes } = config;
  const held = open.move();
  return {
    parts,
    settings: { bodyLimit, tokenMinutes, signingKey: key },
    failed: database.failed,
    close: () => held.disposeAsync(),
  };
}

interface Database {
  readonly url: string;
  readonly failed: Promise<Failure>;
}

async function databaseOf(
  { databaseUrl, stateDir }: ApiConfig,
  logger: Logger,
  signal: AbortSignal,
  open: AsyncDisposableStack,
): Promise<Database> {
  if (databaseUrl) return { url: databaseUrl.reveal(), failed: new Promise<never>(() => undefined) };
  const directory = path.join(await openStateDirectory(stateDir), 'postgres');
  const server = await startEmbeddedPostgres({ directory, logger, clock: systemClock, signal });
  open.defer(() => server.close());
  return server;
}
