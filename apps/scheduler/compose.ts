import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiClient } from '#api-client';
import { agentEnvironment, type SchedulerConfig } from '#config';
import { systemCommands } from '#host';
import { systemClock, type Logger } from '#kernel';
import { PROGRAM } from '../process/program.js';
import { SystemAgents } from './agents/system-agents.js';
import { Daemon } from './daemon.js';
import { DiskJobDirectory } from './files/job-directory.js';
import { DiskJournal } from './journal/disk-journal.js';
import type { SchedulerParts, SchedulerSettings } from './scheduler-parts.js';
import { takeState } from './state.js';

const AGENT_MAIN = fileURLToPath(new URL('../agent/main.js', import.meta.url));
const CANCEL_GRACE_MS = 10_000;

export interface ComposedScheduler extends AsyncDisposable {
  /** Resolves when it was told to stop, and did. */
  run(): Promise<void>;
}

/** The one place where the scheduler's parts are made and joined. */
export async function compose(
  config: SchedulerConfig,
  logger: Logger,
  stopping: AbortSignal,
): Promise<ComposedScheduler> {
  const { directory, holder, held } = await takeState(config.stateDir, randomBytes);
  const jobDirectory = new DiskJobDirectory(config.jobsDir);
  const api = openApiClient({
    apiUrl: config.apiUrl,
    clock: systemClock,
    // An API that brings its own account writes another password at each of its starts.
    credentials: async () => {
      const { username, password } = await config.credentials().catch(() => config);
      return { username, password: password.reveal() };
    },
  });
  const gone = new AbortController();
  const program = {
    program: process.execPath,
    args: ['--enable-source-maps', AGENT_MAIN],
    // Beside its other files: what a throw-away platform keeps goes with it.
    env: { FIRN_CACHE_DIR: join(directory, 'cache'), ...agentEnvironment() },
  };
  const parts: SchedulerParts = {
    link: api.node,
    journal: new DiskJournal(directory, logger),
    agents: new SystemAgents(program, systemCommands, gone.signal),
    jobDirectory,
    clock: systemClock,
    logger,
    randomBytes,
    random: Math.random,
  };
  const daemon = new Daemon(parts, settingsOf(config, holder));
  return {
    run: async () => {
      await jobDirectory.create().catch((error: Error) => {
        logger.error('the jobs directory cannot be made', {
          directory: config.jobsDir,
          reason: error.message,
        });
      });
      logger.info('scheduler started', { program: PROGRAM, client: config.clientId, directory });
      await daemon.run(stopping, config.stopGraceSeconds * 1000);
    },
    [Symbol.asyncDispose]: async () => {
      gone.abort(new Error('the scheduler ends'));
      await held.release();
    },
  };
}

function settingsOf(config: SchedulerConfig, holder: string): SchedulerSettings {
  const { clientId, hostname, timezone, capabilities, apiUrl, username, concurrentJobs, disableExec } =
    config;
  return {
    ...{ clientId, hostname, timezone, capabilities, apiUrl, username, concurrentJobs, disableExec },
    ...{ program: PROGRAM, holder, pollMs: config.pollSeconds * 1000, cancelGraceMs: CANCEL_GRACE_MS },
  };
}
