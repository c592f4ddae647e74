import { getAction, getClient, type ControlParts } from '#control';
import { capabilityGaps, type ActionSettings, type Actor, type Client } from '#domain';
import { Failure, isFailure, type ActionId, type ProjectId } from '#kernel';
import type { JobActionSpec } from '#node-protocol';

/** The part of a job that a client must be able to do. */
export interface Demand {
  readonly clientId: string;
  readonly actions: readonly JobActionSpec[];
}

/**
 * Freezer tells problems with other documents apart from those of the job itself: rejects with `client.unsupported` (422)
 * when the client or an action is not there, or when the client cannot do what is asked.
 */
export async function checkDemand(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { clientId, actions }: Demand,
): Promise<void> {
  const client = await foundClient(parts, actor, project, clientId);
  for (const { id, settings } of actions) {
    const asked = settings ?? (await foundSettings(parts, actor, project, id as ActionId));
    // A client says the kinds that it can in its own words, `ssh` or `sftp`; a name or an address means a kind.
    const { kinds } = parts.storages.named(asked);
    const meant = capabilityGaps(client.capabilities, { ...asked, storage: [...kinds] });
    const said = capabilityGaps(client.capabilities, asked);
    const gap = said.find(({ what }) => meant.some((other) => other.what === what));
    if (!gap) continue;
    const words = `client ${clientId} does not support ${gap.what}: ${gap.wanted}`;
    throw new Failure('client.unsupported', words, { client: clientId, known: gap.known });
  }
}

async function foundClient(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  clientId: string,
): Promise<Client> {
  try {
    return await getClient(parts, actor, project, clientId);
  } catch (error) {
    if (!isFailure(error, 'client.missing')) throw error;
    throw new Failure(
      'client.unsupported',
      `client not found with ID ${clientId}`,
      { client: clientId },
      error,
    );
  }
}

async function foundSettings(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: ActionId,
): Promise<ActionSettings> {
  try {
    return (await getAction(parts, actor, project, id)).settings;
  } catch (error) {
    if (!isFailure(error, 'action.missing')) throw error;
    throw new Failure('client.unsupported', `action id: ${id} not found.`, { action: id }, error);
  }
}
