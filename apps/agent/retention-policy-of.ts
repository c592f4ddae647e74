import type { AgentConfig } from '#config';
import type { KeptPeriod, RetentionPolicy } from '#domain';

/** The rules of `prune` as they were given. */
export function retentionPolicyOf(config: AgentConfig<'prune'>): RetentionPolicy {
  const { removeOlderThan, removeFromDate, keepLast, keepWithin } = config;
  const periods: Readonly<Record<KeptPeriod, number | undefined>> = {
    hourly: config.keepHourly,
    daily: config.keepDaily,
    weekly: config.keepWeekly,
    monthly: config.keepMonthly,
    yearly: config.keepYearly,
  };
  const given = Object.entries(periods).filter(([, count]) => count !== undefined);
  return {
    ...(removeOlderThan === undefined ? {} : { removeOlderThanDays: removeOlderThan }),
    ...(removeFromDate === undefined ? {} : { removeBefore: removeFromDate }),
    ...(keepLast === undefined ? {} : { keepLast }),
    ...(keepWithin === undefined ? {} : { keepWithin }),
    keepPeriods: Object.fromEntries(given),
    keepLabels: config.keepLabel,
    onlyLabels: config.onlyLabel,
    timeZone: config.timeZone,
  };
}
