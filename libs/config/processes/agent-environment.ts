import { processEnvironment, type Environment } from '../environment.js';

/** What a program needs to find its way on this machine, and the secrets of backups. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|SSL_CERT_FILE|SSL_CERT_DIR|FIRN_PASSPHRASE|FIRN_NEW_PASSPHRASE|FIRN_RECOVERY_KEY)$/;

/** The environment of an agent that a scheduler starts: nothing of the account that the scheduler itself uses. */
export function agentEnvironment(env: Environment = processEnvironment()): Readonly<Record<string, string>> {
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && PASSED.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(passed);
}
