import type { Actor, FileEndpoint } from '#domain';
import type { ProjectId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

export async function listEndpoints(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { offset, limit }: ListOptions = {},
): Promise<Page<FileEndpoint>> {
  return acting(parts, actor, 'look', project, (stores) =>
    stores.endpoints.list({ where: { project }, offset, limit }),
  );
}
