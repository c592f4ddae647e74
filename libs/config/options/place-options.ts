import {
  AGENT_ACTIONS,
  agentAction,
  defaulted,
  optional,
  requiredFor,
  type AgentAction,
} from '../agent-option.js';
import { path, text } from '../values/option-values.js';

const ON_STORAGE = ['backup', 'restore', 'list', 'ls', 'cat', 'verify', 'info', 'prune', 'key'] as const;
const OF_BACKUPS = ['backup', 'restore', 'list', 'ls', 'cat', 'verify', 'info', 'prune'] as const;

/** What is meant: the source, the name, and the place that keeps the backups. */
export const placeOptions = {
  action: defaulted((): AgentAction => 'backup', {
    name: 'action',
    schema: agentAction,
    metavar: 'ACTION',
    help: `what to do: ${AGENT_ACTIONS.join(', ')} (default backup)`,
    actions: AGENT_ACTIONS,
  }),
  pathToBackup: requiredFor(['backup'], {
    name: 'path-to-backup',
    short: 'F',
    schema: path,
    metavar: 'DIR',
    help: 'directory to back up, from the root',
    actions: ['backup'],
  }),
  backupName: requiredFor(['backup'], {
    name: 'backup-name',
    short: 'N',
    schema: text,
    metavar: 'NAME',
    help: 'name of the backup; increments build on backups of the same name',
    actions: OF_BACKUPS,
  }),
  hostname: defaulted(
    (facts) => facts.hostname,
    {
      name: 'hostname',
      schema: text,
      metavar: 'HOST',
      help: 'host whose backups are meant (default this host, or any where nothing is written)',
      actions: OF_BACKUPS,
    },
    ['backup', 'restore', 'prune'],
  ),
  storage: defaulted(() => 'local', {
    name: 'storage',
    schema: text,
    metavar: 'KIND',
    help: 'kind of storage (default local)',
    actions: ON_STORAGE,
  }),
  container: requiredFor(ON_STORAGE, {
    name: 'container',
    short: 'C',
    schema: path,
    metavar: 'PLACE',
    help: 'directory, bucket or container that keeps the backups',
    actions: ON_STORAGE,
  }),
  encryptPassFile: optional({
    name: 'encrypt-pass-file',
    schema: path,
    metavar: 'FILE',
    help: 'file whose first line is the passphrase; FIRN_PASSPHRASE does the same (default no encryption)',
    actions: ON_STORAGE,
  }),
} as const;
