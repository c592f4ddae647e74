import type { Origin } from '#config';

/**
 * The host whose backups are meant. By default that is this one, except when a backup is named by its id: ids are unique,
 * and whoever restores on a new machine need not know the name of the old one.
 */
export function namedHost(config: {
  readonly hostname?: string | undefined;
  readonly backupId?: string | undefined;
  readonly origins: Readonly<Record<string, Origin>>;
}): string | undefined {
  const byDefault = config.origins['hostname']?.source === 'default';
  const byId = config.backupId !== undefined && config.backupId !== 'latest';
  return byDefault && byId ? undefined : config.hostname;
}
