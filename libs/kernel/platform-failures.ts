import { rule, type FailureRule } from './failure-rule.js';

/** The part of the catalog that only API, scheduler and `firn` know. */
export const platformFailures = {
  // identity and requests of the API
  'auth.token-missing': rule(
    'unauthenticated',
    'after-fix',
    'Log in with "firn login", or send a bearer token.',
  ),
  'auth.token-invalid': rule('unauthenticated', 'after-fix', 'Log in again with "firn login".'),
  'auth.token-expired': rule('unauthenticated', 'after-fix', 'Log in again with "firn login".'),
  'auth.credentials-wrong': rule('unauthenticated', 'after-fix', 'Check the user name and the password.'),
  'auth.too-many-attempts': rule('unavailable', 'later', 'Wait a minute before you try again.', 429),
  'auth.forbidden': rule('forbidden', 'after-fix', 'Ask an administrator for a role that may do this.'),
  'request.malformed': rule(
    'invalid-input',
    'after-fix',
    'Send a JSON object as /openapi.json describes it.',
  ),
  'request.too-large': rule(
    'invalid-input',
    'after-fix',
    'Send less than the limit named in the message.',
    413,
  ),
  'request.media-type': rule('invalid-input', 'after-fix', 'Send and accept application/json.', 415),
  'request.route-unknown': rule('not-found', 'never', 'Look up the routes in /openapi.json.'),
  'request.method-not-allowed': rule('invalid-input', 'never', 'Look up the methods in /openapi.json.', 405),

  // what the control plane knows
  'client.missing': rule('not-found', 'after-fix', 'Look up the clients with "firn client list".'),
  'client.unsupported': rule(
    'unsupported',
    'after-fix',
    'Choose what this client can do, or another client.',
  ),
  'job.missing': rule('not-found', 'after-fix', 'Look up the jobs with "firn job list".'),
  'job.exists': rule('conflict', 'after-fix', 'Choose another id, or update the job that is there.'),
  'action.missing': rule('not-found', 'after-fix', 'Look up the actions with "firn action list".'),
  'action.exists': rule('conflict', 'after-fix', 'Choose another id, or update the action that is there.'),
  'session.missing': rule('not-found', 'after-fix', 'Look up the sessions with "firn session list".'),
  'backup.not-recorded': rule('not-found', 'after-fix', 'Look up the backups with "firn backup list".'),
  'user.missing': rule('not-found', 'after-fix', 'Look up the users with "firn user list".'),
  'user.exists': rule('conflict', 'after-fix', 'Choose another name.'),
  'user.last-administrator': rule('conflict', 'after-fix', 'Make another administrator first.'),
  'run.missing': rule('not-found', 'after-fix', 'Look up the runs with "firn run list".'),
  'run.already-claimed': rule(
    'conflict',
    'never',
    'Leave this occurrence to the scheduler that has claimed it.',
  ),
  'run.lease-lost': rule('conflict', 'never', 'Stop this run; another holder has it, or it was settled.'),
  'run.transition-invalid': rule('conflict', 'never', 'Look up the state of the run; it has already ended.'),
  'run.lost': rule(
    'unavailable',
    'later',
    'Check the scheduler of the client; nothing was heard of this run.',
  ),
  'run.agent-vanished': rule('internal', 'later', 'Look for the end of the agent in the log of the system.'),

  // metadata, queue and the processes of the platform
  'metadata.duplicate': rule('conflict', 'never', 'Choose another id.'),
  'metadata.unavailable': rule('unavailable', 'later', 'Check that the database runs and can be reached.'),
  'metadata.newer-schema': rule('unsupported', 'after-fix', 'Upgrade Firn to use this database.'),
  'metadata.failed': rule('internal', 'later', 'Report this with the lines above: it is a fault of Firn.'),
  'queue.unavailable': rule(
    'unavailable',
    'later',
    'Check that the server of the queue runs and can be reached.',
  ),
  'api.unreachable': rule(
    'unavailable',
    'later',
    'Check the address with --api-url, and that firn-api runs.',
  ),
  'api.answer-malformed': rule('unsupported', 'after-fix', 'Check that the address is that of a Firn API.'),
  'platform.port-taken': rule(
    'conflict',
    'after-fix',
    'End the program on this port, or choose another port.',
  ),
  'platform.running': rule('conflict', 'after-fix', 'Stop the other process, or choose another directory.'),
  'platform.state-newer': rule('unsupported', 'after-fix', 'Upgrade Firn to use this directory.'),
  'platform.state-unusable': rule(
    'invalid-input',
    'after-fix',
    'Choose a directory of your own, or an empty one.',
  ),
  'platform.database-failed': rule(
    'unavailable',
    'later',
    'Read the log of the database in the state directory.',
  ),
  'platform.process-failed': rule('internal', 'later', 'Read the log of the process in the state directory.'),
  'scheduler.journal-damaged': rule(
    'corrupt',
    'after-fix',
    'Move the named file away, and check the run by hand.',
  ),
  'scheduler.exec-disabled': rule('forbidden', 'after-fix', 'Start the scheduler without --disable-exec.'),
} as const satisfies Record<string, FailureRule>;
