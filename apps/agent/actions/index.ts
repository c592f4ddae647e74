import type { AgentAction } from '#config';
import type { ActionRunner } from '../action.js';
import { backup } from './backup.js';
import { cat } from './cat.js';
import { copy } from './copy.js';
import { exec } from './exec.js';
import { hold } from './hold.js';
import { info } from './info.js';
import { key } from './key.js';
import { list } from './list.js';
import { ls } from './ls.js';
import { prune } from './prune.js';
import { restore } from './restore.js';
import { storage } from './storage.js';
import { verify } from './verify.js';

/** What the words behind a verb mean. */
export interface VerbWords {
  /** As commander writes them. */
  readonly words: string;
  /** The first is the value of `--backup-id`. */
  readonly firstIsId?: true;
  /** The backup that is meant where none is named. */
  readonly idByDefault?: string;
  /** All of them are the value of `--command`. */
  readonly wordsAreCommand?: true;
}

/** A verb of the command line. */
export interface Verb<Action extends AgentAction> extends VerbWords {
  readonly run: ActionRunner<Action>;
  readonly summary: string;
  /** Shown below the options. */
  readonly examples: readonly string[];
}

const place = '--container /backups';

/** Every verb of the agent: one file each. */
export const verbs: { readonly [Action in AgentAction]: Verb<Action> } = {
  backup: {
    run: backup,
    summary: 'Back up a directory: full the first time, then what has changed',
    words: '',
    examples: [
      `firn-agent backup --path-to-backup /etc --backup-name etc ${place}`,
      `firn-agent backup --path-to-backup /home --backup-name home ${place} --encrypt-pass-file /etc/firn/pass --max-level 6`,
      `firn-agent backup --path-to-backup /srv --backup-name srv ${place} --label monthly --label audit`,
      'firn-agent backup --config /etc/firn/home.yaml --json',
    ],
  },
  restore: {
    run: restore,
    summary: 'Restore a whole restore point, or parts of it',
    words: '',
    examples: [
      `firn-agent restore --backup-name etc ${place} --restore-abs-path /tmp/etc`,
      `firn-agent restore --backup-name etc ${place} --restore-abs-path /tmp/etc --include ssh --restore-from-date 2026-11-01`,
    ],
  },
  list: { run: list, summary: 'List restore points', words: '', examples: [`firn-agent list ${place}`] },
  ls: {
    run: ls,
    summary: 'List the files of a restore point',
    words: '[id] [path]',
    firstIsId: true,
    idByDefault: 'latest',
    examples: [`firn-agent ls latest /etc/ssh --backup-name etc ${place}`],
  },
  cat: {
    run: cat,
    summary:
      'Write a file of a restore point, or without a path the whole tar stream of its level, to standard output',
    words: '[id] [path]',
    firstIsId: true,
    idByDefault: 'latest',
    examples: [
      `firn-agent cat latest /etc/hosts --backup-name etc ${place}`,
      `firn-agent cat latest --backup-name etc ${place} | tar --list`,
    ],
  },
  verify: {
    run: verify,
    summary: 'Check that backups can be restored',
    words: '[id]',
    firstIsId: true,
    examples: [
      `firn-agent verify ${place}`,
      `firn-agent verify latest ${place} --read-data --encrypt-pass-file /etc/firn/pass`,
      `firn-agent verify ${place} --read-data-subset 5%`,
      `firn-agent verify ${place} --read-data-subset 2/7`,
    ],
  },
  info: {
    run: info,
    summary: 'Show what is in a container',
    words: '',
    examples: [`firn-agent info ${place}`],
  },
  exec: {
    run: exec,
    summary: 'Run a command without a shell, and end with its exit code',
    words: '[command...]',
    wordsAreCommand: true,
    examples: [
      `firn-agent exec --command 'systemctl reload nginx'`,
      'firn-agent exec -- systemctl reload nginx',
    ],
  },
  prune: {
    run: prune,
    summary: 'Remove old backups, never one that a kept one stands on',
    words: '',
    examples: [
      `firn-agent prune ${place} --remove-older-than 30 --keep-last 7 --dry-run`,
      `firn-agent prune ${place} --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --keep-yearly 3`,
      `firn-agent prune ${place} --keep-within 1y6m --keep-label audit --time-zone Europe/Paris`,
      `firn-agent prune ${place} --only-label trial --keep-last 1`,
    ],
  },
  hold: {
    run: hold,
    summary: 'Keep a backup from being pruned, until a date or until it is released',
    words: '[id]',
    firstIsId: true,
    examples: [
      `firn-agent hold 20261120T093415Z ${place} --until 2027-12-31 --reason 'audit of 2026'`,
      `firn-agent hold 20261120T093415Z ${place} --release`,
    ],
  },
  copy: {
    run: copy,
    summary: 'Bring storages up to date from another one, byte for byte and without the key',
    words: '',
    examples: [
      'firn-agent copy --container /backups --container s3://bucket/backups',
      'firn-agent copy --config /etc/firn/home.yaml --from cloud --backup-name home',
    ],
  },
  storage: {
    run: storage,
    summary: 'List the kinds of storage with their settings, or try one that is configured',
    words: '[verb] [kind]',
    examples: [
      'firn-agent storage kinds',
      'firn-agent storage kinds sftp',
      `firn-agent storage check ${place}`,
      "firn-agent storage check --container 's3://bucket/backups?region=eu-central-1'",
    ],
  },
  key: {
    run: key,
    summary: 'List, add, remove and recover the keys of an encrypted container',
    words: '[verb] [word]',
    examples: [
      `firn-agent key list ${place}`,
      `firn-agent key add ${place} --encrypt-pass-file /etc/firn/pass --new-pass-file /etc/firn/new-pass`,
      `firn-agent key add recovery ${place} --encrypt-pass-file /etc/firn/pass`,
      `firn-agent key remove 4f7a9c21 ${place} --encrypt-pass-file /etc/firn/pass`,
      `firn-agent key recover ${place} --recovery-key-file /mnt/usb/recovery-key --new-pass-file /etc/firn/pass`,
    ],
  },
};
