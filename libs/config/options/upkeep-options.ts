import { flagged, optional, requiredFor } from '../agent-option.js';
import { command, flag, path, text } from '../values/option-values.js';
import { share } from '../values/upkeep-values.js';

/** Verifying, keys, and running a command. */
export const upkeepOptions = {
  readData: flagged({
    name: 'read-data',
    schema: flag,
    help: 'open all data and compare it with the catalogue, which needs the key (default only stored bytes with their digests)',
    actions: ['verify'],
  }),
  readDataSubset: optional({
    name: 'read-data-subset',
    schema: share,
    metavar: 'SHARE',
    help: 'compare the digests of a sample: 5%, 10GiB, or 2/7 for the second of seven parts (default of everything)',
    actions: ['verify'],
  }),
  subsetSeed: optional({
    name: 'subset-seed',
    schema: text,
    metavar: 'TEXT',
    help: 'choose the same sample as a run that printed this seed (default another one each time)',
    actions: ['verify'],
  }),
  command: requiredFor(['exec'], {
    name: 'command',
    schema: command,
    metavar: 'COMMAND',
    help: 'program and arguments to run, without a shell',
    actions: ['exec'],
  }),
  newPassFile: optional({
    name: 'new-pass-file',
    schema: path,
    metavar: 'FILE',
    help: 'file whose first line is the passphrase to add; FIRN_NEW_PASSPHRASE does the same (default none)',
    actions: ['key'],
  }),
  recoveryKeyFile: optional({
    name: 'recovery-key-file',
    schema: path,
    metavar: 'FILE',
    help: 'file whose first line is the recovery key; FIRN_RECOVERY_KEY does the same (default none)',
    actions: ['restore', 'cat', 'ls', 'verify', 'key'],
  }),
} as const;
