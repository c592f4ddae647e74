import type { Actor } from '#domain';
import type { ProjectId, SessionId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';

/** Removes a session; its jobs stay, with the schedules they have, and belong to none. False when there was none. */
export async function deleteSession(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: SessionId,
): Promise<boolean> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const now = parts.clock.now();
    const { rows } = await stores.jobs.list({ where: { project, sessionId: id } });
    for (const { id: jobId } of rows) {
      const job = await stores.jobs.get(jobId, 'lock');
      if (job?.sessionId !== id) continue;
      await stores.jobs.update({ ...job, sessionId: undefined, sessionTag: 0, updatedAt: now });
    }
    const session = await stores.sessions.get(id, 'lock');
    return session?.project === project && stores.sessions.remove(id);
  });
}
