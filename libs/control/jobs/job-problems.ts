import { scheduleProblems, type Client, type Schedule } from '#domain';
import { withNearest, type Problem, type ProjectId, type SessionId } from '#kernel';
import type { Stores } from '#metadata';
import { capabilityProblems } from '../clients/capability-problems.js';
import { findClient } from '../clients/find-client.js';
import type { ControlParts } from '../parts.js';
import { below } from '../problems.js';
import type { PlannedAction } from './job-actions.js';

/** A job that is about to be stored. */
export interface Candidate {
  readonly project: ProjectId;
  readonly clientId: string;
  readonly planned: readonly PlannedAction[];
  readonly schedule: Schedule;
  readonly sessionId: SessionId | undefined;
}

/** Everything that is wrong with a job, with the client that it is for. */
export async function jobProblems(
  parts: ControlParts,
  stores: Stores,
  { project, clientId, planned, schedule, sessionId }: Candidate,
): Promise<{ client: Client | undefined; problems: readonly Problem[] }> {
  const client = await findClient(stores, project, clientId);
  const problems: Problem[] = client ? [] : [await unknownClient(stores, project, clientId)];
  for (const { place, action } of planned) {
    const gaps = client ? await capabilityProblems(parts, stores, client, project, action.settings) : [];
    problems.push(
      ...below(`actions.${place}.settings`, [...parts.settingsProblems(action.settings), ...gaps]),
    );
  }
  const timezone = schedule.timezone ?? client?.timezone;
  problems.push(...below('schedule', scheduleProblems({ ...schedule, timezone })));
  if (sessionId !== undefined && (await stores.sessions.get(sessionId))?.project !== project) {
    problems.push({ path: 'sessionId', message: `no session "${sessionId}"` });
  }
  return { client, problems };
}

async function unknownClient(stores: Stores, project: ProjectId, clientId: string): Promise<Problem> {
  const { rows } = await stores.clients.list({ where: { project }, limit: 1000 });
  const known = rows.map((client) => client.clientId);
  return { path: 'clientId', message: `no client ${withNearest(clientId, known)}` };
}
