import { flag, path } from '../values/option-values.js';
import { apiOptions } from './api-options.js';
import { SHOWN_STATE, stateDirectory } from './places.js';
import { defaulted, flagged, listOf, optional, type ValuesOf } from './process-option.js';
import { place } from './process-values.js';
import { concurrentJobs, jobsDir, pollSpec, schedulerOptions } from './scheduler-options.js';

const { short: _, ...jobs } = jobsDir;

/** Options of `firn up`. */
export const platformOptions = {
  stateDir: defaulted(
    stateDirectory,
    {
      name: 'state',
      aliases: ['state-dir'],
      metavar: 'DIR',
      schema: place,
      variable: 'FIRN_STATE_DIR',
      help: 'directory that keeps everything: database, jobs, logs, secrets',
    },
    SHOWN_STATE,
  ),
  host: apiOptions.host,
  port: apiOptions.port,
  jobsDir: optional({
    ...jobs,
    variable: 'FIRN_JOBS_DIR',
    help: `${jobs.help} (default jobs in the state directory)`,
  }),
  concurrentJobs,
  // The API is on this very machine, and a person who makes a job looks on.
  pollSeconds: defaulted(1, pollSpec),
  clientId: schedulerOptions.clientId,
  databaseUrl: apiOptions.databaseUrl,
  databaseUrlFile: apiOptions.databaseUrlFile,
  redisUrl: apiOptions.redisUrl,
  redisUrlFile: apiOptions.redisUrlFile,
  adminPassword: apiOptions.adminPassword,
  adminPasswordFile: apiOptions.adminPasswordFile,
  logLevel: apiOptions.logLevel,
  json: flagged({ name: 'json', schema: flag, help: 'print one JSON object a line' }),
  config: optional({
    name: 'config',
    metavar: 'FILE',
    schema: path,
    variable: 'FIRN_PLATFORM_CONFIG',
    help: 'options from a file: YAML, JSON or INI (default none)',
  }),
} as const;

export const platformOptionList = listOf(platformOptions);
export type PlatformOptionValues = ValuesOf<typeof platformOptions>;
