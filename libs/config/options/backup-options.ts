import { defaulted, flagged, optional } from '../agent-option.js';
import { choice, flag, lines, path, size, wholeNumber } from '../values/option-values.js';
import { labels } from '../values/upkeep-values.js';

/** The compressions by name; the room of codecs knows them. */
const COMPRESSIONS = ['zstd', 'gzip', 'bzip2', 'xz', 'none'] as const;

/** The engines by name; the room of engines knows them. Freezer had two for large files that change a little. */
const ENGINES = ['tar', 'block'] as const;
const FREEZER_ENGINES = { rsync: 'block', rsyncv2: 'block' } as const;

const DEREFERENCES = ['none', 'soft', 'hard', 'all'] as const;

const MiB = 1024 * 1024;

/** How a backup is stored. */
export const backupOptions = {
  engine: defaulted((): (typeof ENGINES)[number] => 'tar', {
    name: 'engine',
    aliases: ['engine-name'],
    schema: choice(ENGINES, FREEZER_ENGINES),
    metavar: ENGINES.join('|'),
    help: 'tar, or block: the same, and of large files that changed only what changed is stored (default tar)',
    // A backup says itself how it was made; Freezer's jobs name the engine with every action.
    actions: ['backup', 'restore', 'list', 'info', 'prune'],
  }),
  compression: defaulted((): (typeof COMPRESSIONS)[number] => 'zstd', {
    name: 'compression',
    aliases: ['compress'],
    schema: choice(COMPRESSIONS),
    metavar: COMPRESSIONS.join('|'),
    help: 'compression of the stored data (default zstd)',
    actions: ['backup'],
  }),
  compressionLevel: optional({
    name: 'compression-level',
    schema: wholeNumber(0, 22),
    metavar: 'N',
    help: 'higher is smaller and slower; the range depends on the compression (default that of the compression)',
    actions: ['backup'],
  }),
  maxSegmentSize: defaulted(() => 64 * MiB, {
    name: 'max-segment-size',
    short: 'M',
    schema: size('4KiB', '4GiB'),
    metavar: 'SIZE',
    help: 'largest stored object (default 64MiB)',
    actions: ['backup'],
  }),
  label: defaulted((): readonly string[] => [], {
    name: 'label',
    schema: labels,
    metavar: 'LABEL',
    repeatable: true,
    help: 'word that is kept with the backup, for people and prune; can be given several times (default none)',
    actions: ['backup'],
  }),
  exclude: defaulted((): readonly string[] => [], {
    name: 'exclude',
    schema: lines,
    metavar: 'PATTERN',
    repeatable: true,
    help: 'leave out what matches; can be given several times (default nothing)',
    actions: ['backup'],
  }),
  excludeFile: defaulted((): readonly string[] => [], {
    name: 'exclude-file',
    schema: lines,
    metavar: 'FILE',
    repeatable: true,
    help: 'leave out what matches a line of this file; can be given several times (default none)',
    actions: ['backup'],
  }),
  oneFileSystem: flagged({
    name: 'one-file-system',
    schema: flag,
    help: 'do not go into other file systems (default go into them)',
    actions: ['backup'],
  }),
  dereferenceSymlink: defaulted((): (typeof DEREFERENCES)[number] => 'none', {
    name: 'dereference-symlink',
    schema: choice(DEREFERENCES),
    metavar: DEREFERENCES.slice(1).join('|'),
    help: 'follow symlinks (soft), store hard links as files (hard), or both (all) (default none)',
    actions: ['backup'],
  }),
  noResume: flagged({
    name: 'no-resume',
    opposites: ['resume'],
    schema: flag,
    help: 'begin anew (default go on with an interrupted backup that was made with the same options)',
    actions: ['backup'],
  }),
  requireCopies: optional({
    name: 'require-copies',
    schema: wholeNumber(1, 100),
    metavar: 'N',
    help: 'how many of several storages must hold the backup for it to count as made (default all)',
    actions: ['backup'],
  }),
  metadataOut: optional({
    name: 'metadata-out',
    schema: path,
    metavar: 'FILE',
    help: 'write a description of the backup as JSON to this file, or to standard output with - (default nowhere)',
    actions: ['backup'],
  }),
} as const;
