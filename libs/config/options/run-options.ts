import type { Schema } from '#kernel';
import { AGENT_ACTIONS, defaulted, flagged, optional } from '../agent-option.js';
import { choice, flag, path, rate } from '../values/option-values.js';

const PRIORITIES = {
  normal: { nice: 0, idleIo: false },
  low: { nice: 10, idleIo: false },
  lowest: { nice: 19, idleIo: true },
} as const;

const ALL = AGENT_ACTIONS;
const ON_THE_LINE = ['backup', 'restore', 'cat', 'verify', 'copy', 'storage'] as const;

/** How much a run stands back for others: niceness 0…19, and whether it reads only idle disks. */
interface RunPriority {
  readonly nice: number;
  readonly idleIo: boolean;
}

const priority: Schema<RunPriority> = choice(['normal', 'low', 'lowest']).transform(
  (word) => PRIORITIES[word],
);

/** How the agent runs and what it prints. */
export const runOptions = {
  dryRun: flagged({
    name: 'dry-run',
    short: 'n',
    schema: flag,
    help: 'say what would be done, and do nothing (default do it)',
    actions: ['backup', 'restore', 'prune'],
  }),
  bandwidthLimit: optional({
    name: 'bandwidth-limit',
    schema: rate,
    metavar: 'SIZE',
    help: 'bytes a second from and to the storages together, such as 5MiB (default no limit)',
    actions: ON_THE_LINE,
  }),
  uploadLimit: optional({
    name: 'upload-limit',
    schema: rate,
    metavar: 'SIZE',
    help: 'bytes a second to the storages, whatever comes from them (default that of --bandwidth-limit)',
    actions: ON_THE_LINE,
  }),
  downloadLimit: optional({
    name: 'download-limit',
    schema: rate,
    metavar: 'SIZE',
    help: 'bytes a second from the storages, whatever goes to them (default that of --bandwidth-limit)',
    actions: ON_THE_LINE,
  }),
  priority: defaulted((): RunPriority => PRIORITIES.normal, {
    name: 'priority',
    schema: priority,
    metavar: Object.keys(PRIORITIES).join('|'),
    help: 'let other programs go first: low, or lowest which reads only idle disks (default normal)',
    actions: ['backup', 'restore', 'verify', 'exec', 'prune', 'copy'],
  }),
  workDir: defaulted((facts) => facts.temporaryRoot, {
    name: 'work-dir',
    schema: path,
    metavar: 'DIR',
    help: "directory for temporary files (default the system's)",
    actions: ALL,
  }),
  cacheDir: defaulted((facts) => facts.cacheRoot, {
    name: 'cache-dir',
    schema: path,
    metavar: 'DIR',
    help: 'directory for what the next backup needs of this one, sealed (default /var/cache/firn, or ~/.cache/firn when not root)',
    actions: ['backup'],
  }),
  config: optional({
    name: 'config',
    schema: path,
    metavar: 'FILE',
    help: 'options from a file: JSON, YAML or INI (default none)',
    actions: ALL,
  }),
  json: flagged({
    name: 'json',
    schema: flag,
    help: 'print one JSON object a line (default text for people)',
    actions: ALL,
  }),
  quiet: flagged({
    name: 'quiet',
    short: 'q',
    schema: flag,
    help: 'print only failures (default progress and a summary)',
    actions: ALL,
  }),
  verbose: flagged({
    name: 'verbose',
    short: 'v',
    aliases: ['debug'],
    schema: flag,
    help: 'print every step (default progress and a summary)',
    actions: ALL,
  }),
  logFile: optional({
    name: 'log-file',
    aliases: ['logfile'],
    schema: path,
    metavar: 'FILE',
    help: 'append the log as JSON lines to this file (default none)',
    actions: ALL,
  }),
} as const;
