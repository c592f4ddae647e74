import { dashedName } from '../dashed-name.js';
import { processEnvironment, type Environment } from '../environment.js';
import { agentOptions } from '../agent-options.js';
import { SECRET_FILES } from '../files/secret-files.js';

/** What a program needs to find its way on this machine, the secrets of backups, and the logins of storages. */
const PASSED = new RegExp(
  `^(${[
    'PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\\w+|TZ|TMPDIR|XDG_\\w+|SSL_CERT_FILE|SSL_CERT_DIR',
    'FIRN_CACHE_DIR|FIRN_PASSPHRASE|FIRN_NEW_PASSPHRASE|FIRN_RECOVERY_KEY',
    // Not OpenStack's OS_…: that may be the account of the scheduler itself.
    'AWS_\\w+|ST_AUTH|ST_USER|ST_KEY|FIRN_FTP_\\w+|SSH_AUTH_SOCK',
  ].join('|')})$`,
);

/** The environment of an agent that a scheduler starts: nothing of the account that the scheduler itself uses. */
export function agentEnvironment(env: Environment = processEnvironment()): Readonly<Record<string, string>> {
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && PASSED.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(passed);
}

/**
 * The part of it for a job with these settings. An agent believes its environment more than its order; but a job that
 * names the file of a secret means that one, whatever the scheduler was given for those that name none.
 */
export function environmentForJob(
  env: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const named = new Set(
    Object.entries(settings).flatMap(([name, value]) => (isSet(value) ? [dashedName(name)] : [])),
  );
  const beaten: readonly string[] = SECRET_FILES.flatMap(({ key, variable }) =>
    named.has(agentOptions[key].name) ? [variable] : [],
  );
  return Object.fromEntries(Object.entries(env).filter(([name]) => !beaten.includes(name)));
}

/** Freezer writes what is not set as null, as false or as an empty text. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '';
}
