import { processEnvironment, type Environment } from '../environment.js';
import type { PlatformConfig } from './platform-config.js';
import { platformOptionList } from './platform-options.js';
import { schedulerOptions } from './scheduler-options.js';

export type WholeEnvironment = Readonly<Record<string, string>>;

const ACCOUNT = [schedulerOptions.username, schedulerOptions.password, schedulerOptions.passwordFile];
const OF_PLATFORM = platformOptionList.map(({ variable }) => variable);
const OF_SCHEDULER = [...ACCOUNT, schedulerOptions.credentialsFile].map(({ variable }) => variable);
const OF_BACKUPS = ['FIRN_PASSPHRASE', 'FIRN_NEW_PASSPHRASE', 'FIRN_RECOVERY_KEY'];

/**
 * The environments of the processes that `firn up` starts: its own, without what it has read itself and tells them in
 * its words. Each has only the secrets that are its own.
 */
export function platformEnvironments(
  config: Pick<PlatformConfig, 'databaseUrl' | 'redisUrl' | 'adminPassword'>,
  env: Environment = processEnvironment(),
): { readonly api: WholeEnvironment; readonly scheduler: WholeEnvironment } {
  const { databaseUrl, redisUrl, adminPassword } = config;
  return {
    api: {
      ...without(env, [...OF_PLATFORM, ...OF_SCHEDULER, ...OF_BACKUPS]),
      ...(databaseUrl && { DATABASE_URL: databaseUrl.reveal() }),
      ...(redisUrl && { REDIS_URL: redisUrl.reveal() }),
      ...(adminPassword && { FIRN_ADMIN_PASSWORD: adminPassword.reveal() }),
    },
    scheduler: without(env, [...OF_PLATFORM, ...OF_SCHEDULER]),
  };
}

function without(env: Environment, names: readonly string[]): WholeEnvironment {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && !names.includes(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}
