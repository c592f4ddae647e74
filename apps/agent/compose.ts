import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { agreeOnContainer, bytesNeededAgain, CodecShelf, type Unlock } from '#backup-set';
import { openCodec, skippingCodec, type CodecName } from '#codecs';
import type { EnvironmentSecrets, StorageChoice } from '#config';
import { archiveEngine } from '#engines/drivers';
import { processIdentitySchema, processState, systemCommands, thisProcess } from '#host';
import { Failure, jsonLogger, silentLogger, systemClock, type Logger } from '#kernel';
import type { MemoryOptions } from '#storage';
import type { Parts } from '#workflows';
import { lockOnAll } from './storages/lock-on-all.js';
import {
  joined,
  openStorages,
  type OpenedStorages,
  type StorageLimits,
  type Told,
} from './storages/open-storages.js';
import { workDirectory } from './work-directory.js';

/** What of a config says how the parts are put together. */
export interface Composition extends StorageLimits {
  readonly action?: string | undefined;
  readonly storages: readonly StorageChoice[];
  readonly workDir: string;
  readonly engine?: string | undefined;
  readonly cacheDir?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly logFile?: string | undefined;
  readonly verbose?: boolean | undefined;
}

/** Parts that are to be closed. */
export interface Composed {
  readonly parts: Parts;
  readonly storages: OpenedStorages;
  close(): Promise<void>;
}

// The index of a restore, listings and small objects need no more than this.
const DEFAULT_LANES = 2;

/** The one place where the agent's parts are made and joined. */
export async function compose(config: Composition, { logger, reporter }: Told): Promise<Composed> {
  const storages = await openStorages(config.storages, config, { logger, reporter }, memoryFor(config));
  const { storage, copies } = joined(storages);
  if (copies) await agreeOnContainer(copies);
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
      ...{ storage, copies, engine, codecs, lanes },
      exclusively: (name) => lockOnAll(storages.open, name),
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
    storages,
    close: async () => {
      await codecs.close();
      await storage.close();
      await work.remove();
    },
  };
}

/** A client that backs up may have no right to read; whoever reads wants to know what the storage has. */
function memoryFor({ action, cacheDir }: Composition): MemoryOptions | undefined {
  if (action !== 'backup' || cacheDir === undefined) return undefined;
  return { directory: join(cacheDir, 'storages'), mostBytes: bytesNeededAgain };
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
