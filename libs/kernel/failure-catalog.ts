import { platformFailures } from './platform-failures.js';
import { rule, type FailureRule } from './failure-rule.js';

export type { FailureKind, FailureRule, Retry } from './failure-rule.js';

/**
 * Every way in which Firn fails, in one table: `docs/failures.md` is generated from it.
 *
 * Codes are `room.thing-state`; they are never renamed and never reused. A hint is one sentence that begins with
 * what to do.
 */
export const failureCatalog = {
  ...platformFailures,

  // input: what a person or a file asked for
  'input.invalid': rule('invalid-input', 'after-fix', 'Correct the named values and try again.'),
  'input.unknown-option': rule(
    'invalid-input',
    'after-fix',
    'Use the suggested name, or see --help for all options.',
  ),
  'input.missing-option': rule(
    'invalid-input',
    'after-fix',
    'Add the named option, or set it in the config file.',
  ),
  'input.file-unreadable': rule(
    'invalid-input',
    'after-fix',
    'Check the path and the rights of the named file.',
  ),
  'input.file-malformed': rule(
    'invalid-input',
    'after-fix',
    'Correct the file at the place named in the message.',
  ),

  // source: what is to be backed up
  'source.missing': rule('not-found', 'after-fix', 'Check the path given with --path-to-backup.'),
  'source.not-absolute': rule(
    'invalid-input',
    'after-fix',
    'Give the path from the root, beginning with "/".',
  ),
  'source.not-a-directory': rule(
    'invalid-input',
    'after-fix',
    'Back up the directory that contains the file.',
  ),
  'source.unreadable': rule(
    'forbidden',
    'after-fix',
    'Run as a user who may read the directory, or change its rights.',
  ),
  'source.unstable': rule(
    'conflict',
    'later',
    'Run the backup again when directories are no longer being moved.',
  ),
  'source.incomplete': rule(
    'partial',
    'after-fix',
    'Look at the listed files; the others are stored safely.',
  ),

  // storage: places that keep objects
  'storage.unknown-kind': rule(
    'invalid-input',
    'after-fix',
    'Use one of the storage kinds named in the message, or describe a storage of that name in the file of storages.',
  ),
  'storage.object-missing': rule(
    'not-found',
    'never',
    'Check that nothing but Firn removes objects from the container.',
  ),
  'storage.object-exists': rule(
    'conflict',
    'never',
    'Choose another key; Firn never overwrites a stored object.',
  ),
  'storage.access-denied': rule(
    'forbidden',
    'after-fix',
    'Give this user the right to read and write the container.',
  ),
  'storage.read-only': rule(
    'forbidden',
    'after-fix',
    'Open the storage for writing, or use a command that only reads.',
  ),
  'storage.full': rule('unavailable', 'after-fix', 'Free some space or prune old backups, then run again.'),
  'storage.timeout': rule('unavailable', 'later', 'Check the connection to the storage and run again.'),
  'storage.unavailable': rule('unavailable', 'later', 'Check that the storage is reachable and run again.'),
  'storage.object-too-large': rule(
    'invalid-input',
    'after-fix',
    'Lower --max-segment-size below the limit of this storage.',
  ),
  'storage.range-invalid': rule('invalid-input', 'never', 'Ask for a range inside the object.'),
  'storage.key-invalid': rule('invalid-input', 'never', 'Use relative keys of plain names separated by "/".'),
  'storage.body-mismatch': rule(
    'internal',
    'never',
    'Run the backup again; what was to be stored changed meanwhile.',
  ),
  'storage.address-invalid': rule(
    'invalid-input',
    'after-fix',
    'Write it as one of the examples that "firn-agent storage kinds" shows.',
  ),
  'storage.endpoint-unknown': rule(
    'invalid-input',
    'after-fix',
    'Name a storage of the config file, or a kind that "firn-agent storage kinds" shows.',
  ),
  'storage.missing': rule(
    'not-found',
    'after-fix',
    'See "firn storage list" for the storages of the project.',
  ),
  'storage.login-refused': rule(
    'unauthenticated',
    'after-fix',
    'Check the user, and the password or key of the storage.',
  ),
  'storage.host-untrusted': rule(
    'forbidden',
    'after-fix',
    'Compare the fingerprint with that of the server, then accept the key with the command in the message.',
  ),
  'storage.certificate-untrusted': rule(
    'forbidden',
    'after-fix',
    'Give the certificate of the authority that signed it as caFile.',
  ),
  'storage.container-missing': rule(
    'not-found',
    'after-fix',
    'Make the container, or allow Firn to make it.',
  ),
  'storage.object-held': rule(
    'conflict',
    'later',
    'Wait until the hold on the object ends; it is kept until then.',
  ),
  'storage.unsupported': rule(
    'unsupported',
    'after-fix',
    'Leave the setting out, or use a server that knows it.',
  ),

  'storage.closed': rule('internal', 'never', 'Open the storage again; a closed one takes no calls.'),

  // copies: one backup on several storages
  'copies.incomplete': rule(
    'partial',
    'after-fix',
    'Mend the storages named, then bring their copies up to date with "firn-agent copy".',
  ),
  'copies.different': rule(
    'conflict',
    'after-fix',
    'Use storages that hold the same container, or empty ones; "firn-agent copy" makes such.',
  ),
  'copies.late': rule(
    'conflict',
    'after-fix',
    'Bring the copy up to date with "firn-agent copy", then run again.',
  ),

  // container: the place of one file endpoint, and its keys
  'container.missing': rule('not-found', 'after-fix', 'Check --container, or make a first backup there.'),
  'container.not-empty': rule(
    'conflict',
    'after-fix',
    'Choose an empty directory, or one that Firn has made.',
  ),
  'container.newer-format': rule('unsupported', 'after-fix', 'Upgrade Firn to read this container.'),
  'container.damaged': rule(
    'corrupt',
    'after-fix',
    'Put back firn.json and keys/ from a copy of the container.',
  ),
  'container.encrypted': rule(
    'unauthenticated',
    'after-fix',
    'Give the passphrase with --encrypt-pass-file or FIRN_PASSPHRASE.',
  ),
  'container.not-encrypted': rule(
    'conflict',
    'after-fix',
    'Leave the passphrase away, or use a new container for encrypted backups.',
  ),
  'key.passphrase-wrong': rule(
    'unauthenticated',
    'after-fix',
    'Give a passphrase that one of the key slots was made with.',
  ),
  'key.passphrase-missing': rule(
    'unauthenticated',
    'after-fix',
    'Write the passphrase into the file named by --encrypt-pass-file.',
  ),
  'key.recovery-wrong': rule(
    'unauthenticated',
    'after-fix',
    'Give the recovery key that was printed when the slot was made.',
  ),
  'key.slot-missing': rule('not-found', 'after-fix', 'Look up the slots with "firn-agent key list".'),
  'key.last-slot': rule('conflict', 'after-fix', 'Add another key before you remove this one.'),

  // backup, chain and the objects of a backup
  'backup.missing': rule('not-found', 'after-fix', 'Look up the restore points with "firn-agent list".'),
  'backup.ambiguous': rule('invalid-input', 'after-fix', 'Give more characters of the backup id.'),
  'backup.busy': rule('conflict', 'later', 'Wait for the other backup of this name to end.'),
  'backup.not-committed': rule('internal', 'later', 'Run the backup again; earlier backups are untouched.'),
  'backup.path-missing': rule('not-found', 'after-fix', 'Look up the paths with "firn-agent ls".'),
  'backup.not-a-file': rule('invalid-input', 'after-fix', 'Name a regular file.'),
  'chain.broken': rule('corrupt', 'never', 'Choose an earlier restore point, or another copy.'),
  'manifest.damaged': rule('corrupt', 'never', 'Use another restore point, or another copy of this backup.'),
  'catalogue.damaged': rule('corrupt', 'never', 'Restore with --keep-going, which makes it anew if it can.'),
  'index.damaged': rule('corrupt', 'never', 'Restore with --keep-going, which makes it anew if it can.'),
  'state.damaged': rule('corrupt', 'never', 'Make a new full backup with --no-incremental.'),
  'segment.missing': rule('corrupt', 'never', 'Restore the rest with --keep-going, or use another copy.'),
  'segment.digest-mismatch': rule(
    'corrupt',
    'never',
    'Restore the rest with --keep-going, or use another copy.',
  ),
  'frame.damaged': rule('corrupt', 'never', 'Restore the rest with --keep-going, or use another copy.'),
  'verify.failed': rule(
    'corrupt',
    'never',
    'Make a new full backup with --no-incremental, and keep the damaged one until it is done.',
  ),

  // engines and codecs
  'engine.unknown': rule('invalid-input', 'after-fix', 'Use one of the engines named in the message.'),
  'engine.program-missing': rule('unsupported', 'after-fix', 'Install GNU tar, or put it into the PATH.'),
  'engine.failed': rule('internal', 'later', 'Read the lines of the engine in the message, and run again.'),
  'engine.stream-malformed': rule('corrupt', 'never', 'Verify the backup with --read-data.'),
  'engine.state-malformed': rule('corrupt', 'never', 'Make a new full backup with --no-incremental.'),
  'codec.unknown': rule('invalid-input', 'after-fix', 'Use one of the compressions named in the message.'),
  'codec.program-missing': rule(
    'unsupported',
    'after-fix',
    'Install the named program, or choose zstd or gzip.',
  ),
  'codec.failed': rule('corrupt', 'never', 'Verify the backup with --read-data.'),
  'codec.level-invalid': rule(
    'invalid-input',
    'after-fix',
    'Choose a level in the range named in the message.',
  ),

  // restore
  'restore.target-invalid': rule(
    'invalid-input',
    'after-fix',
    'Give an absolute path of a directory that may be written to.',
  ),
  'restore.unsafe-path': rule(
    'corrupt',
    'never',
    'Do not trust this backup: it names a path outside the target.',
  ),
  'restore.incomplete': rule('partial', 'after-fix', 'Look at the listed files; all others are restored.'),
  'restore.damaged': rule(
    'corrupt',
    'never',
    'Run again with --keep-going to restore everything that is not listed.',
  ),
  'restore.nothing-selected': rule('not-found', 'after-fix', 'Look up the paths with "firn-agent ls".'),

  // workflows, commands and the machine
  'workflow.invalid': rule('invalid-input', 'after-fix', 'Correct the named steps.'),
  'workflow.undo-failed': rule('internal', 'after-fix', 'Undo the named step by hand, then run again.'),
  'step.timeout': rule('unavailable', 'later', 'Raise the timeout of the step, or find out why it hangs.'),
  'command.missing': rule('not-found', 'after-fix', 'Install the program, or give its full path.'),
  'command.failed': rule('internal', 'after-fix', 'Read what the command printed.'),
  'command.timeout': rule('unavailable', 'later', 'Raise the timeout, or find out why the command hangs.'),
  'host.node-too-old': rule('unsupported', 'after-fix', 'Run "npm ci" in the project, or install Node 24.'),
  'run.cancelled': rule('cancelled', 'later', 'Run again when it suits.'),
  'internal.unexpected': rule(
    'internal',
    'later',
    'Report this with the lines above: it is a fault of Firn.',
  ),
} as const satisfies Record<string, FailureRule>;

export type FailureCode = keyof typeof failureCatalog;
