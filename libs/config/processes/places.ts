import { homedir, hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../environment.js';
import type { ProcessFacts } from './process-option.js';

/** Facts of this machine and user; `env` has the last word where it says something. */
export function processFacts(env: Environment): ProcessFacts {
  const { HOME: home = '' } = env;
  return {
    hostname: hostname(),
    // Few ask, and whoever asks first waits for tables of all time zones (30 ms of processor time).
    get timezone() {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    root: userInfo().uid === 0,
    home: isAbsolute(home) ? home : homedir(),
    env,
  };
}

/** Where processes keep what they must not lose: root's in the system's place, a person's in his own. */
export function stateDirectory({ root, home, env }: ProcessFacts): string {
  return root ? '/var/lib/firn' : join(base(env['XDG_STATE_HOME'], home, '.local/state'), 'firn');
}

/** Where processes keep what they can make again. */
export function cacheDirectory({ root, home, env }: ProcessFacts): string {
  return root ? '/var/cache/firn' : join(base(env['XDG_CACHE_HOME'], home, '.cache'), 'firn');
}

/** Where settings of people and jobs lie. */
export function configDirectory({ root, home, env }: ProcessFacts): string {
  return root ? '/etc/firn' : personalConfigDirectory({ home, env });
}

/** The same for what belongs to a person even when that person is root, such as a token. */
export function personalConfigDirectory({ home, env }: Pick<ProcessFacts, 'home' | 'env'>): string {
  return join(base(env['XDG_CONFIG_HOME'], home, '.config'), 'firn');
}

/** Describes storages by name, for all jobs of this machine or person. */
export function storagesPath(facts: ProcessFacts): string {
  return join(configDirectory(facts), 'storages.yaml');
}

/** The standard has it that a path which is not absolute does not count. */
function base(wished: string | undefined, home: string, otherwise: string): string {
  return wished !== undefined && isAbsolute(wished) ? wished : join(home, otherwise);
}

export const SHOWN_STATE = '/var/lib/firn, or ~/.local/state/firn when not root';
export const SHOWN_JOBS = '/etc/firn/jobs.d, or ~/.config/firn/jobs.d when not root';
