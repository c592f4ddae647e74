import { capabilityGaps, type ActionSettings, type Client } from '#domain';
import type { Problem, ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { ControlParts } from '../parts.js';
import { endpointsOf } from '../storages/endpoints-of.js';

/** What these settings ask for and the client cannot do; paths are relative to the settings. */
export async function capabilityProblems(
  parts: ControlParts,
  stores: Stores,
  client: Client,
  project: ProjectId,
  settings: ActionSettings,
): Promise<readonly Problem[]> {
  // A name means the kind behind it; what only the client knows by name is its own business.
  const named = await endpointsOf(parts, stores, project, { settings });
  const storage = new Set([...parts.storages.named(settings).kinds, ...named.map(({ kind }) => kind)]);
  return capabilityGaps(client.capabilities, { ...settings, storage: [...storage] }).map(
    ({ what, wanted, known }) => ({
      path: what === 'engine' ? engineKey(settings) : what,
      message: `client "${client.clientId}" cannot do ${what} "${wanted}"; it can: ${known.join(', ') || 'none'}`,
    }),
  );
}

function engineKey(settings: ActionSettings): string {
  return ['engine_name', 'engineName'].find((key) => settings[key] !== undefined) ?? 'engine';
}
