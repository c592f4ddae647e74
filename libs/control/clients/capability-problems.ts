import { capabilityGaps, type ActionSettings, type Client } from '#domain';
import type { Problem } from '#kernel';

/** What these settings ask for and the client cannot do; paths are relative to the settings. */
export function capabilityProblems(client: Client, settings: ActionSettings): readonly Problem[] {
  return capabilityGaps(client.capabilities, settings).map(({ what, wanted, known }) => ({
    path: what === 'engine' ? engineKey(settings) : what,
    message: `client "${client.clientId}" cannot do ${what} "${wanted}"; it can: ${known.join(', ') || 'none'}`,
  }));
}

function engineKey(settings: ActionSettings): string {
  return ['engine_name', 'engineName'].find((key) => settings[key] !== undefined) ?? 'engine';
}
