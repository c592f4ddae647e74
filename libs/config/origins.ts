import type { AgentAction } from './agent-option.js';
import { optionsFor, type AgentOptionKey } from './agent-options.js';
import type { KnownSecrets } from './files/secret-files.js';
import type { OptionSource, Setting } from './setting.js';

/** Where a value came from. */
export interface Origin {
  readonly source: OptionSource;
  /** `/etc/firn/job.ini line 3, max_level`, `FIRN_MAX_LEVEL`, `--max-level`, `default` */
  readonly place: string;
  /** The value as it may be shown; secrets are `***`. */
  readonly shown: string;
}

/** Origins of all options of an action that have a value, by key, and of the secrets. */
export function originsOf(
  action: AgentAction,
  options: Readonly<Record<string, unknown>>,
  from: ReadonlyMap<AgentOptionKey, Setting>,
  { secrets, fromFiles }: KnownSecrets,
): Readonly<Record<string, Origin>> {
  const origins: Record<string, Origin> = {};
  for (const { key, secret } of optionsFor(action)) {
    if (options[key] === undefined) continue;
    const { source, place } = from.get(key) ?? { source: 'default' as const, place: 'default' };
    origins[key] = { source, place, shown: secret ? '***' : shown(options[key]) };
  }
  for (const [name, variable] of SECRETS) {
    const secret = secrets[name];
    const file = origins[fromFiles.get(name) ?? ''];
    const origin = file ?? { source: 'environment' as const, place: variable };
    if (secret) origins[name] = { ...origin, shown: String(secret) };
  }
  return origins;
}

const SECRETS = [
  ['passphrase', 'FIRN_PASSPHRASE'],
  ['newPassphrase', 'FIRN_NEW_PASSPHRASE'],
  ['recoveryKey', 'FIRN_RECOVERY_KEY'],
] as const;

function shown(value: unknown): string {
  return typeof value === 'string'
    ? value
    : value instanceof Date
      ? value.toISOString()
      : JSON.stringify(value);
}
