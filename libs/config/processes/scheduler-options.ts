import { AGENT_ACTIONS } from '../agent-option.js';
import { flag, path, text, wholeNumber } from '../values/option-values.js';
import { configDirectory, SHOWN_JOBS, SHOWN_STATE, stateDirectory } from './places.js';
import { defaulted, flagged, listOf, optional, type ProcessFacts, type ValuesOf } from './process-option.js';
import { clientId, httpUrl, logLevel, place, secretText, timezone, words } from './process-values.js';

// `admin` is Freezer's name of `prune`; jobs made for Freezer say it.
const ACTIONS: readonly string[] = [...AGENT_ACTIONS, 'admin'];

export const jobsDir = {
  name: 'jobs-dir',
  aliases: ['conf', 'scheduler-jobs-dir'],
  short: 'f',
  metavar: 'DIR',
  schema: place,
  help: 'directory of job files: JSON or YAML, one job a file',
} as const;

export const concurrentJobs = defaulted(1, {
  name: 'concurrent-jobs',
  aliases: ['scheduler-concurrent-jobs'],
  metavar: 'N',
  schema: wholeNumber(1, 1000),
  help: 'jobs that may run at the same time',
});

export const pollSpec = {
  name: 'poll-seconds',
  aliases: ['poll', 'interval', 'scheduler-interval'],
  short: 'i',
  metavar: 'SECONDS',
  schema: wholeNumber(1, 86_400),
  help: 'how often the API is asked for jobs',
};
const pollSeconds = defaulted(10, pollSpec);

/** Names with which Freezer's scheduler knows them as well are aliases. */
export const schedulerOptions = {
  apiUrl: defaulted('http://127.0.0.1:9090', {
    name: 'api-url',
    metavar: 'URL',
    schema: httpUrl,
    help: 'address of the API',
  }),
  username: optional({
    name: 'username',
    metavar: 'NAME',
    schema: text,
    help: 'name of the account that this scheduler uses',
  }),
  password: optional({
    name: 'password',
    schema: secretText,
    secret: true,
    help: 'password of the account',
  }),
  passwordFile: optional({
    name: 'password-file',
    metavar: 'FILE',
    schema: place,
    fileOf: 'password',
    help: 'file with the password of the account; FIRN_PASSWORD does the same',
  }),
  credentialsFile: optional({
    name: 'credentials-file',
    metavar: 'FILE',
    schema: place,
    variable: 'FIRN_SCHEDULER_CREDENTIALS_FILE',
    help: 'file with name and password, as firn-api writes it: {"username": …, "password": …}',
  }),
  clientId: defaulted(
    ({ hostname }) => hostname,
    {
      name: 'client-id',
      aliases: ['scheduler-client-id'],
      short: 'c',
      metavar: 'ID',
      schema: clientId,
      help: 'name under which this machine is known to the API',
    },
    'the host name',
  ),
  hostname: defaulted(
    ({ hostname }) => hostname,
    { name: 'hostname', metavar: 'HOST', schema: text, help: 'host name that is told to the API' },
    "this machine's",
  ),
  timezone: defaulted(
    ({ timezone: own }) => own,
    {
      name: 'timezone',
      metavar: 'ZONE',
      schema: timezone,
      help: 'zone that the times of jobs mean, such as Europe/Paris',
    },
    "this machine's",
  ),
  jobsDir: defaulted(
    (facts: ProcessFacts) => `${configDirectory(facts)}/jobs.d`,
    { ...jobsDir, variable: 'FIRN_JOBS_DIR' },
    SHOWN_JOBS,
  ),
  stateDir: defaulted(
    (facts: ProcessFacts) => `${stateDirectory(facts)}/scheduler`,
    {
      name: 'state-dir',
      metavar: 'DIR',
      schema: place,
      variable: 'FIRN_SCHEDULER_STATE_DIR',
      help: 'directory of the journal',
    },
    `scheduler below ${SHOWN_STATE}`,
  ),
  pollSeconds,
  concurrentJobs,
  disableExec: flagged({
    name: 'disable-exec',
    aliases: ['scheduler-disable-exec'],
    schema: flag,
    help: 'refuse actions that run commands',
  }),
  stopGraceSeconds: defaulted(0, {
    name: 'stop-grace-seconds',
    aliases: ['stop-grace'],
    metavar: 'SECONDS',
    schema: wholeNumber(0, 86_400),
    help: 'how long to wait at the end for agents that run; after that they go on, and the next start finds them',
  }),
  supportedActions: capability('actions', ACTIONS),
  supportedModes: capability('modes', ['fs']),
  supportedStorages: capability('storages', ['local', 'sftp', 'ftp', 'ftps', 's3', 'swift']),
  supportedEngines: capability('engines', ['tar', 'block', 'rsync', 'rsyncv2']),
  logLevel: defaulted('info', {
    name: 'log-level',
    metavar: 'debug|info|warn|error',
    schema: logLevel,
    help: 'least level of what is logged to stderr',
  }),
  config: optional({
    name: 'config',
    aliases: ['config-file'],
    metavar: 'FILE',
    schema: path,
    variable: 'FIRN_SCHEDULER_CONFIG',
    help: 'options from a file: YAML, JSON, or INI as scheduler.conf of Freezer (default none)',
  }),
} as const;

export const schedulerOptionList = listOf(schedulerOptions);
export type SchedulerOptionValues = ValuesOf<typeof schedulerOptions>;

function capability(what: string, all: readonly string[]) {
  const name = `supported-${what}`;
  return defaulted(
    all,
    {
      name,
      aliases: [`capabilities-${name}`],
      metavar: 'LIST',
      schema: words(),
      help: `${what} that jobs may ask for, between commas`,
    },
    all.join(','),
  );
}
