import { getClient, type ControlParts } from '#control';
import type { Actor } from '#domain';
import { isFailure, type ProjectId } from '#kernel';

/**
 * Whether a scheduler of Firn serves a client: its runs then say how its jobs fare. A document that somebody read, changed
 * and sent back says how they fared, and must not turn them back.
 */
export async function hasSchedulerOfOurs(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  clientId: string,
): Promise<boolean> {
  try {
    return (await getClient(parts, actor, project, clientId)).program !== undefined;
  } catch (error) {
    if (isFailure(error, 'client.missing')) return false;
    throw error;
  }
}
