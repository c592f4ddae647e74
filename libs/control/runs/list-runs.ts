import type { Actor, Run, RunState } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

export interface RunListOptions extends ListOptions {
  readonly jobId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly state?: RunState | undefined;
  /** True when nothing is said. */
  readonly newestFirst?: boolean | undefined;
}

export async function listRuns(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { jobId, clientId, state, newestFirst = true, offset, limit }: RunListOptions = {},
): Promise<Page<Run>> {
  const where = { project, jobId: jobId as JobId | undefined, clientId, ...(state && { states: [state] }) };
  return acting(parts, actor, 'look', project, (stores) =>
    stores.runs.list({ where, newestFirst, offset, limit }),
  );
}
