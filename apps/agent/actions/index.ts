import type { AgentAction } from '#config';
import type { ActionRunner } from '../action.js';
import { backup } from './backup.js';
import { cat } from './cat.js';
import { exec } from './exec.js';
import { info } from './info.js';
import { key } from './key.js';
import { list } from './list.js';
import { ls } from './ls.js';
import { prune } from './prune.js';
import { restore } from './restore.js';
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
    examples: [`firn-agent prune ${place} --remove-older-than 30 --keep-last 7 --dry-run`],
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
