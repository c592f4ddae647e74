import { randomBytes } from 'node:crypto';
import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { CodecShelf, type Unlock } from '#backup-set';
import { openCodec, skippingCodec, type CodecName } from '#codecs';
import type { EnvironmentSecrets } from '#config';
import { archiveEngine } from '#engines/drivers';
import { exclusively, processIdentitySchema, processState, systemCommands, thisProcess } from '#host';
import { Failure, jsonLogger, silentLogger, systemClock, type Logger } from '#kernel';
import { composeStorage } from '#storage';
import { storageDriver } from '#storage/drivers';
import type { Parts } from '#workflows';
import { workDirectory } from './work-directory.js';

/** What of a config says how the parts are put together. */
export interface Composition {
  readonly storage: string;
  readonly container: string;
  readonly workDir: string;
  readonly engine?: string | undefined;
  readonly cacheDir?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly bandwidthLimit?: number | undefined;
  readonly logFile?: string | undefined;
  readonly verbose?: boolean | undefined;
}

/** Parts that are to be closed. */
export interface Composed {
  readonly parts: Parts;
  close(): Promise<void>;
}

// The index of a restore, listings and small objects need no more than this.
const DEFAULT_LANES = 2;

/** The one place where the agent's parts are made and joined. */
export async function compose(config: Composition, logger: Logger = silentLogger): Promise<Composed> {
  const backend = await storageDriver(config.storage).open({ container: config.container });
  const storage = composeStorage(backend, {
    clock: systemClock,
    random: Math.random,
    logger,
    ...(config.bandwidthLimit === undefined ? {} : { bytesPerSecond: config.bandwidthLimit }),
  });
  const work = await workDirectory(config.workDir);
  const lanes = config.concurrency ?? DEFAULT_LANES;
  const open = (name: CodecName, level?: number) =>
    openCodec(name, { lanes, level, commands: systemCommands });
  const codecs = new CodecShelf(open);
  const engine = archiveEngine(config.engine ?? 'tar').open({
    commands: systemCommands,
    temporaryDirectory: work.path,
  });
  return {
    parts: {
      ...{ storage, engine, codecs, lanes, exclusively },
      storageName: `${config.storage}\n${realPath(backend.properties.directory ?? config.container)}`,
      openCodec: async (name, level) => skippingCodec(await open(name, level)),
      workDirectory: work.path,
      stateCache: config.cacheDir === undefined ? undefined : { directory: config.cacheDir },
      writer: thisProcess(),
      writerState: (writer) => {
        const identity = processIdentitySchema.safeParse(writer);
        return identity.success ? processState(identity.data) : 'unknown';
      },
      random: randomBytes,
      clock: systemClock,
      log: logger,
    },
    close: async () => {
      await codecs.close();
      await storage.close();
      await work.remove();
    },
  };
}

/** The log as `--log-file` asks for it. */
export function openLog({
  logFile,
  verbose,
}: {
  logFile?: string | undefined;
  verbose?: boolean | undefined;
}): {
  logger: Logger;
  close(): void;
} {
  if (logFile === undefined) return { logger: silentLogger, close: () => undefined };
  let file: number;
  try {
    file = openSync(logFile, 'a', 0o600);
  } catch (error) {
    throw new Failure(
      'input.file-unreadable',
      `cannot write the log file "${logFile}"`,
      { path: logFile },
      error,
    );
  }
  const logger = jsonLogger((line) => writeSync(file, line), systemClock, verbose ? 'debug' : 'info');
  return { logger: logger.child({ pid: process.pid }), close: () => closeSync(file) };
}

/** How the secrets of a config open a container that is there. */
export function unlockOf({ passphrase, recoveryKey }: EnvironmentSecrets): Unlock | undefined {
  if (passphrase) return { kind: 'passphrase', passphrase: passphrase.reveal() };
  if (recoveryKey) return { kind: 'recovery', recoveryKey: recoveryKey.reveal() };
  return undefined;
}

/** Locks are named by where a container really is, so that two ways of writing its path mean one lock. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return path;
  }
}
