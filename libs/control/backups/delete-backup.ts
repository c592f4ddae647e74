import type { Actor } from '#domain';
import type { ProjectId, RecordId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';

/** Forgets a backup; what is stored stays. False when there was none. */
export async function deleteBackup(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RecordId,
): Promise<boolean> {
  return acting(parts, actor, ['change', 'report'], project, async (stores) => {
    const record = await stores.backups.get(id, 'lock');
    return record?.project === project && stores.backups.remove(id);
  });
}
