import { flag, path, size, wholeNumber } from '../values/option-values.js';
import { SHOWN_STATE, stateDirectory } from './places.js';
import { defaulted, flagged, listOf, optional, type ValuesOf } from './process-option.js';
import { databaseUrl, host, logLevel, place, port, redisUrl, secretText, words } from './process-values.js';

export const ROLES = ['http', 'worker'] as const;

export const apiOptions = {
  host: defaulted('127.0.0.1', {
    name: 'host',
    metavar: 'ADDRESS',
    schema: host,
    variable: 'FIRN_API_HOST',
    help: 'address to listen on; 0.0.0.0 for all',
  }),
  port: defaulted(9090, {
    name: 'port',
    short: 'p',
    metavar: 'PORT',
    schema: port,
    variable: 'FIRN_API_PORT',
    help: 'port to listen on; 0 for any that is free',
  }),
  stateDir: defaulted(
    stateDirectory,
    {
      name: 'state-dir',
      aliases: ['state'],
      metavar: 'DIR',
      schema: place,
      help: 'directory of the embedded database',
    },
    SHOWN_STATE,
  ),
  databaseUrl: optional({
    name: 'database-url',
    schema: databaseUrl,
    secret: true,
    variable: 'DATABASE_URL',
    help: 'PostgreSQL to use, as postgres://user:password@host:5432/firn',
  }),
  databaseUrlFile: optional({
    name: 'database-url-file',
    metavar: 'FILE',
    schema: place,
    fileOf: 'databaseUrl',
    help: 'file with the address of a PostgreSQL; DATABASE_URL does the same (default an embedded one)',
  }),
  redisUrl: optional({
    name: 'redis-url',
    schema: redisUrl,
    secret: true,
    variable: 'REDIS_URL',
    help: 'Redis to use for the queue, as redis://host:6379',
  }),
  redisUrlFile: optional({
    name: 'redis-url-file',
    metavar: 'FILE',
    schema: place,
    fileOf: 'redisUrl',
    help: 'file with the address of a Redis for the queue; REDIS_URL does the same (default the PostgreSQL)',
  }),
  roles: defaulted(
    ROLES,
    {
      name: 'roles',
      metavar: 'ROLES',
      schema: words(ROLES),
      help: 'what this process does: http answers requests, worker does the duties of the platform',
    },
    ROLES.join(','),
  ),
  adminPassword: optional({
    name: 'admin-password',
    schema: secretText,
    secret: true,
    help: 'password of the first administrator',
  }),
  adminPasswordFile: optional({
    name: 'admin-password-file',
    metavar: 'FILE',
    schema: place,
    fileOf: 'adminPassword',
    help: 'file with the password that the first administrator gets (default one is made and printed once)',
  }),
  resetAdminPassword: flagged({
    name: 'reset-admin-password',
    schema: flag,
    help: 'give the user admin another password, print it or take it from its file, and end; for who has lost it',
  }),
  serviceUserFile: optional({
    name: 'service-user-file',
    metavar: 'FILE',
    schema: place,
    help: 'file to write name and password of an account for a scheduler to, at every start (default none)',
  }),
  sealingKeyFile: optional({
    name: 'sealing-key-file',
    metavar: 'FILE',
    schema: place,
    help: 'file with the key that seals secrets of storages, made when it is not there; all APIs of one database need the same (default secrets/sealing-key in the state directory)',
  }),
  leaseSeconds: defaulted(60, {
    name: 'lease-seconds',
    metavar: 'SECONDS',
    schema: wholeNumber(1, 86_400),
    help: 'a run of which nothing is heard for so long is lost',
  }),
  tokenMinutes: defaulted(720, {
    name: 'token-minutes',
    metavar: 'MINUTES',
    schema: wholeNumber(1, 525_600),
    help: 'how long a login lasts',
  }),
  bodyLimit: defaulted(
    1024 * 1024,
    {
      name: 'body-limit',
      metavar: 'SIZE',
      schema: size('1KiB', '64MiB'),
      help: 'most bytes of a request',
    },
    '1MiB',
  ),
  databaseWaitSeconds: defaulted(60, {
    name: 'database-wait-seconds',
    metavar: 'SECONDS',
    schema: wholeNumber(0, 86_400),
    help: 'how long to wait at start for a database that does not answer',
  }),
  logLevel: defaulted('info', {
    name: 'log-level',
    metavar: 'debug|info|warn|error',
    schema: logLevel,
    help: 'least level of what is logged to stderr',
  }),
  config: optional({
    name: 'config',
    metavar: 'FILE',
    schema: path,
    variable: 'FIRN_API_CONFIG',
    help: 'options from a file: YAML, JSON or INI (default none)',
  }),
} as const;

export const apiOptionList = listOf(apiOptions);
export type ApiOptionValues = ValuesOf<typeof apiOptions>;
