import type { Actor, Client } from '#domain';
import type { ProjectId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

/** The clients of a project, and then the central ones of others. */
export async function listClients(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { offset = 0, limit = Infinity }: ListOptions = {},
): Promise<Page<Client>> {
  return acting(parts, actor, 'look', project, async (stores) => {
    const central = await stores.clients.list({ where: { central: true } });
    const others = central.rows.filter((client) => client.project !== project);
    const own = await stores.clients.list({
      where: { project },
      offset,
      ...(Number.isFinite(limit) && { limit }),
    });
    const from = Math.max(0, offset - own.total);
    const rows = [...own.rows, ...others.slice(from)].slice(0, limit);
    return { rows, total: own.total + others.length };
  });
}
