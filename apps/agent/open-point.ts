import type { AgentConfig } from '#config';
import { openRestorePoint, type OpenPoint, type Parts } from '#workflows';
import { unlockOf } from './compose.js';
import { namedHost } from './series.js';

/** The restore point that `ls` or `cat` is about, and its levels. */
export function openPoint(
  parts: Parts,
  config: AgentConfig<'ls' | 'cat'>,
  signal: AbortSignal,
): Promise<OpenPoint> {
  const wish = {
    hostname: namedHost(config),
    name: config.backupName,
    id: config.backupId,
    at: config.restoreFromDate,
    unlock: unlockOf(config.secrets),
  };
  return openRestorePoint(parts, wish, signal);
}
