import { processEnvironment, readPassphraseFile, type AgentAction, type StorageChoice } from '#config';
import { asFailure, Failure, systemClock, type Logger } from '#kernel';
import {
  bandwidthOf,
  composeStorage,
  copiesOf,
  storageConfig,
  type Bandwidth,
  type CopiedStorage,
  type MemoryOptions,
  type RetryListener,
  type StorageBackend,
  type StorageConfig,
} from '#storage';
import { storageDriver, storageDrivers } from '#storage/drivers';
import type { ActionContext } from '../action.js';
import { tellingRetries } from './tell-retries.js';

/** Who hears of what storages do. */
export type Told = Pick<ActionContext<AgentAction>, 'logger' | 'reporter'>;

/** How fast storages may be used. */
export interface StorageLimits {
  readonly bandwidthLimit?: number | undefined;
  readonly uploadLimit?: number | undefined;
  readonly downloadLimit?: number | undefined;
}

/** No answer and no byte for so long, and a call is made again: longer than any driver's own patience. */
const STALL_MS = 3 * 60_000;

/** A storage that is open, with all decorators around it. */
export interface OpenStorage {
  readonly name: string;
  readonly kind: string;
  /** What `--container` said of it, as it is told to others. */
  readonly container: string;
  readonly storage: StorageBackend;
}

/** One that could not be opened, beside others that could. */
export interface ShutStorage {
  readonly name: string;
  readonly failure: Failure;
}

export interface OpenedStorages {
  readonly open: readonly OpenStorage[];
  readonly shut: readonly ShutStorage[];
}

/** The driver and the settings of a choice; secrets come from files and the environment. */
export function configOf({
  name,
  place,
  couldBe,
  secrets = {},
  ...wish
}: StorageChoice): Promise<StorageConfig> {
  const private_ = Object.fromEntries(Object.entries(secrets).map(([key, secret]) => [key, secret.reveal()]));
  const sources = {
    environment: processEnvironment(),
    readSecret: async (path: string) => (await readPassphraseFile(path)).reveal(),
  };
  return storageConfig(
    wish,
    storageDrivers,
    (kind) => storageDriver(kind, couldBe),
    sources,
    `storage "${name}" (${place})`,
    private_,
  );
}

export interface OpenOptions {
  readonly bandwidth?: Bandwidth | undefined;
  /** Tries of each call; so many as ride out a bad minute, when nothing is said. */
  readonly attempts?: number;
  readonly onRetry?: RetryListener | undefined;
  /** Only of a client that is to write. */
  readonly memory?: MemoryOptions | undefined;
}

/** Opens one storage. Rejects with `input.invalid` and `storage.*`. */
export async function openStorage(
  choice: StorageChoice,
  logger: Logger,
  { bandwidth, attempts, memory, onRetry }: OpenOptions = {},
): Promise<OpenStorage> {
  const { driver, config } = await configOf(choice);
  const backend = await driver.open(config);
  const storage = composeStorage(backend, {
    clock: systemClock,
    random: Math.random,
    stallMs: STALL_MS,
    ...{ logger: logger.child({ storage: choice.name }), bandwidth },
    // Whoever writes into a directory of this machine is not kept from reading there.
    memory: driver.kind === 'local' ? undefined : memory,
    retry: { ...(attempts === undefined ? {} : { attempts }), onRetry },
  });
  const { container } = config;
  return {
    ...{ name: choice.name, kind: driver.kind, storage },
    container: typeof container === 'string' ? container : backend.properties.place,
  };
}

/**
 * Opens all storages that are asked for. One of several that cannot be opened is told with its failure; the only one, or
 * a setting that is wrong, rejects.
 */
export async function openStorages(
  choices: readonly StorageChoice[],
  limits: StorageLimits,
  { logger, reporter }: Told,
  memory?: MemoryOptions,
): Promise<OpenedStorages> {
  if (choices.length === 0) throw new Failure('input.missing-option', 'container is missing', {});
  const open: OpenStorage[] = [];
  const shut: ShutStorage[] = [];
  const bandwidth = bandwidthFor(limits);
  const retries = tellingRetries(reporter);
  try {
    for (const choice of choices) {
      try {
        open.push(await openStorage(choice, logger, { bandwidth, memory, onRetry: retries(choice.name) }));
      } catch (error) {
        const failure = asFailure(error);
        // What somebody wrote down wrong will be wrong tomorrow too.
        if (failure.kind === 'invalid-input') throw failure;
        shut.push({ name: choice.name, failure });
      }
    }
    const [first] = shut;
    if (first && open.length === 0) throw first.failure;
    return { open, shut };
  } catch (error) {
    for (const { storage } of open) await storage.close();
    throw error;
  }
}

/** All storages share one line. */
export function bandwidthFor({
  bandwidthLimit,
  uploadLimit,
  downloadLimit,
}: StorageLimits): Bandwidth | undefined {
  const finite = (rate: number | undefined) => (rate === Infinity ? undefined : rate);
  const limits = {
    bytesPerSecond: finite(bandwidthLimit),
    uploadBytesPerSecond: finite(uploadLimit),
    downloadBytesPerSecond: finite(downloadLimit),
  };
  return bandwidthOf(limits, systemClock);
}

/** All storages as one; as copies when there are several. */
export function joined({ open, shut }: OpenedStorages): { storage: StorageBackend; copies?: CopiedStorage } {
  const [only] = open;
  if (only && open.length + shut.length === 1) return { storage: only.storage };
  const copies = copiesOf([...open, ...shut]);
  return { storage: copies, copies };
}
