import type { Actor, Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';

export async function getRun(parts: ControlParts, actor: Actor, project: ProjectId, id: RunId): Promise<Run> {
  return acting(parts, actor, 'look', project, async (stores) =>
    inProject(await stores.runs.get(id), project, 'run.missing', id),
  );
}
