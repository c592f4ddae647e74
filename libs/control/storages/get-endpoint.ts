import type { Actor, FileEndpoint } from '#domain';
import type { ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { ownEndpoint } from './find-endpoint.js';

/** By id or name. Rejects with `storage.missing`. */
export async function getEndpoint(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  idOrName: string,
): Promise<FileEndpoint> {
  return acting(parts, actor, 'look', project, (stores) => ownEndpoint(stores, project, idOrName));
}
