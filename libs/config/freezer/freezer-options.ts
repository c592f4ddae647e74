import { quoted } from '../values/refusal.js';

/** An option of Freezer's agent that is none of Firn's. */
export interface FreezerOption {
  /** With dashes, as on Freezer's command line. */
  readonly name: string;
  /** Values that ask for what Firn does anyway; `any` when no value makes a difference. Unset is always fine. */
  readonly harmless: readonly string[] | 'any';
  /** Given without a value on the command line. */
  readonly flag: boolean;
}

/*
 * From the table of options of Freezer's agent (release 2026-07), so that a job file made for it is read, or refused
 * with the option that stands in the way, and never half obeyed.
 */
const HARMLESS: Readonly<Record<string, readonly string[] | 'any'>> = {
  mode: ['fs'],
  timeout: 'any',
  'temp-resource-prefix': 'any',
  'rsync-block-size': 'any',
};

/** What is on the disk is read through the same cache that `sync` writes out; every byte is checked always. */
const HARMLESS_FLAGS = ['sync', 'nosync', 'nosnapshot', 'noinsecure', 'nouse-syslog', 'consistency-check'];

const FLAGS = ['insecure', 'use-syslog', 'use-journal', 'use-json', 'watch-log-file'];

const VALUES = [
  ...[
    'snapshot',
    'lvm-srcvol',
    'lvm-snapname',
    'lvm-snap-perm',
    'lvm-snapperm',
    'lvm-snapsize',
    'lvm-dirmount',
  ],
  ...['lvm-volgroup', 'mysql-conf', 'sql-server-conf', 'consistency-checksum', 'max-priority', 'proxy'],
  ...['os-identity-api-version', 'os-auth-ver', 'os-trust-id', 'project-id', 'fullbackup-rotation'],
  ...[
    'cinder-vol-id',
    'cinder-vol-name',
    'cinderbrick-vol-id',
    'cindernative-vol-id',
    'cindernative-backup-id',
  ],
  ...['cindernative-backup-az', 'cindernative-backup-container', 'glance-image-id', 'glance-image-name'],
  ...[
    'glance-image-name-filter',
    'nova-inst-id',
    'nova-inst-name',
    'nova-restore-network',
    'restore-from-host',
  ],
  ...['ftp-keyfile', 'ftp-certfile', 'log-dir', 'logdir'],
  ...[
    'log-config-append',
    'log-config',
    'log-date-format',
    'syslog-log-facility',
    'config-file',
    'config-dir',
  ],
];

export const freezerOptions: ReadonlyMap<string, FreezerOption> = new Map(
  [
    ...Object.entries(HARMLESS).map(([name, harmless]): FreezerOption => ({ name, harmless, flag: false })),
    ...HARMLESS_FLAGS.map((name): FreezerOption => ({ name, harmless: 'any', flag: true })),
    ...FLAGS.map((name): FreezerOption => ({ name, harmless: [], flag: true })),
    ...VALUES.map((name): FreezerOption => ({ name, harmless: [], flag: false })),
  ].map((option) => [option.name, option]),
);

/** Why this value of a Freezer option cannot be obeyed, or `undefined` when it asks for nothing else than Firn does. */
export function freezerObjection(option: FreezerOption, value: unknown): string | undefined {
  const given =
    value === undefined || value === null ? '' : quoted(value).replaceAll('"', '').trim().toLowerCase();
  if (option.harmless === 'any' || ['', 'false', 'none', ...option.harmless].includes(given))
    return undefined;
  // The value is not shown: some of these options are passwords.
  const only = option.harmless.length > 0 ? ` (of its values only "${option.harmless.join('", "')}")` : '';
  return `"${option.name}" is a Freezer option that Firn does not have yet${only}`;
}
