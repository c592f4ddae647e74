import type { ApiConfig } from '#config';
import { bootstrap, resetAdministrator } from '#control';
import { portIsFree } from '#host';
import type { Failure, Logger } from '#kernel';
import { PROGRAM_VERSION } from '../process/program.js';
import { compose, type Composed } from './compose.js';
import { portTaken, serve } from './serve.js';
import { writeServiceUser } from './service-user.js';
import { takeUpDuties } from './workers/duty-work.js';

/** What is being done when the API is told to stop gets so long to end. */
const GRACE_MS = 10_000;

/**
 * Does the roles of the config until `signal` is aborted, then closes everything in order. Rejects with what kept it from
 * starting, or from going on. `out` is told where it listens, and once the first administrator's password.
 */
export async function workUntil(
  signal: AbortSignal,
  config: ApiConfig,
  logger: Logger,
  out: (text: string) => void,
): Promise<void> {
  const { host, port } = config;
  logger.info('starting', { version: PROGRAM_VERSION, host, port, roles: config.roles });
  if (config.resetAdminPassword) return resetAndEnd(signal, config, logger, out);
  const answers = config.roles.includes('http');
  // Before the database is touched; who takes the port from now on is found when it is listened on.
  if (answers && port !== 0 && !(await portIsFree(port, host))) throw portTaken({ host, port });
  const composed = await compose(config, logger, signal);
  await using open = new AsyncDisposableStack();
  open.defer(() => composed.close());
  await firstStart(composed, config, out);
  if (config.roles.includes('worker')) {
    const duties = takeUpDuties(composed.parts);
    open.defer(() => duties.close(GRACE_MS));
    logger.info('working');
  }
  if (answers) {
    const served = await serve(composed.parts, composed.settings, { host, port });
    open.defer(() => served.close(GRACE_MS));
    out(`firn-api listens on ${served.url}\n`);
    logger.info('listening', { url: served.url });
  }
  await endOf(signal, composed.failed);
}

/** Nothing is answered meanwhile: whoever has lost a password may not want others to come in just then. */
async function resetAndEnd(
  signal: AbortSignal,
  config: ApiConfig,
  logger: Logger,
  out: (text: string) => void,
): Promise<void> {
  const composed = await compose(config, logger, signal);
  try {
    const adminPassword = config.adminPassword?.reveal();
    const { name, password } = await resetAdministrator(composed.parts, { adminPassword });
    out(`administrator: ${name}${password === undefined ? '' : `  password: ${password}  (shown once)`}\n`);
  } finally {
    await composed.close();
  }
}

/** Accounts that have to be there, and the first administrator's password for whoever looks on. */
async function firstStart(
  { parts }: Composed,
  { adminPassword, serviceUserFile }: ApiConfig,
  out: (text: string) => void,
): Promise<void> {
  const { administrator } = await bootstrap(parts, { adminPassword: adminPassword?.reveal() });
  if (administrator) {
    out(`administrator: ${administrator.name}  password: ${administrator.password}  (shown once)\n`);
  }
  if (serviceUserFile !== undefined) await writeServiceUser(parts, serviceUserFile);
}

/** Resolves when the process is told to stop; rejects when it cannot go on. */
async function endOf(signal: AbortSignal, failed: Promise<Failure>): Promise<void> {
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const failure = await Promise.race([stopped, failed]);
  if (failure) throw failure;
}
