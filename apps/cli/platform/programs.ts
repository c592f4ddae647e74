import { fileURLToPath } from 'node:url';
import { platformEnvironments, type PlatformConfig } from '#config';
import type { PlatformPlaces } from './platform-places.js';
import type { ServiceSpec } from './service-life.js';

/** Where a person, and the scheduler, reach an API that listens on `host`. */
export function apiUrlOf(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : ['::', '[::]'].includes(host) ? '::1' : host;
  return `http://${reached.includes(':') && !reached.startsWith('[') ? `[${reached}]` : reached}:${port}`;
}

export function apiSpec(
  config: PlatformConfig,
  places: PlatformPlaces,
  port: number,
  hear: ServiceSpec['hear'],
): ServiceSpec {
  const options = {
    host: config.host,
    port,
    'state-dir': places.state,
    'service-user-file': places.schedulerAccount,
    'log-level': config.logLevel,
  };
  return {
    name: 'firn-api',
    args: [mainOf('api'), ...argumentsOf(options)],
    env: platformEnvironments(config).api,
    log: places.apiLog,
    hear,
  };
}

export function schedulerSpec(config: PlatformConfig, places: PlatformPlaces, apiUrl: string): ServiceSpec {
  const options = {
    'api-url': apiUrl,
    'credentials-file': places.schedulerAccount,
    'client-id': config.clientId,
    'jobs-dir': places.jobs,
    'state-dir': places.schedulerState,
    'poll-seconds': config.pollSeconds,
    'concurrent-jobs': config.concurrentJobs,
    'log-level': config.logLevel,
  };
  return {
    name: 'firn-scheduler',
    args: [mainOf('scheduler'), ...argumentsOf(options)],
    env: platformEnvironments(config).scheduler,
    log: places.schedulerLog,
    hear: () => undefined,
  };
}

/** Joined by a sign, so that a value is never taken for an option. */
function argumentsOf(options: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}

function mainOf(app: 'api' | 'scheduler'): string {
  return fileURLToPath(new URL(`../../${app}/main.js`, import.meta.url));
}
