import type { Action, Actor, Job } from '#domain';
import type { ActionId, JobId, Problem, ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { JobActionSpec } from '#node-protocol';
import { actionOf, changedAction, doesTheSame } from '../actions/action-of.js';
import { lockActions } from '../actions/lock-actions.js';
import { newId, type ControlParts } from '../parts.js';

/** An action of a job, and what is to be done so that it is there. */
export interface PlannedAction extends Plan {
  /** In the document, from 0. */
  readonly place: number;
}

interface Plan {
  readonly action: Action;
  readonly write: 'nothing' | 'insert' | 'update';
}

export interface ActionPlan {
  readonly planned: readonly PlannedAction[];
  /** Paths begin with `actions.`. */
  readonly problems: readonly Problem[];
}

export interface Planning {
  readonly parts: ControlParts;
  readonly stores: Stores;
  readonly actor: Actor;
  readonly project: ProjectId;
  readonly jobId: JobId;
  /** The job as it was. */
  readonly before: Job | undefined;
  readonly now: Date;
}

/**
 * Which actions the specs of a job mean.
 *
 * - Without an id: that which the job has at this place, if it was written out there and does the same; else a new one.
 * - With the id of one that is there: that one, if nothing else is said of it. If something is, it is changed where it was
 *   written out in this job and no other uses it; else a new one is made, with an id of its own.
 * - With an unknown id: one that is made under that id; a problem if it says nothing.
 */
export async function planActions(planning: Planning, specs: readonly JobActionSpec[]): Promise<ActionPlan> {
  const planned: PlannedAction[] = [];
  const problems: Problem[] = [];
  const named = specs.flatMap(({ id }) => (id === undefined ? [] : [id as ActionId]));
  const stored = await lockActions(planning.stores, [...named, ...(planning.before?.actions ?? [])]);
  const known = { stored, earlier: new Map<string, Action>() };
  for (const [place, spec] of specs.entries()) {
    const plan = await planOne(planning, spec, place, known);
    if (!plan) {
      problems.push({ path: `actions.${place}.id`, message: `no action "${spec.id}"` });
      continue;
    }
    planned.push({ ...plan, place });
    known.earlier.set(plan.action.id, plan.action);
  }
  return { planned, problems };
}

/** Actions that are stored, and those that the document has named before. */
interface Known {
  readonly stored: ReadonlyMap<string, Action>;
  readonly earlier: ReadonlyMap<string, Action>;
}

async function planOne(
  planning: Planning,
  spec: JobActionSpec,
  place: number,
  known: Known,
): Promise<Plan | undefined> {
  if (spec.id === undefined) return keptAt(planning, spec, place, known) ?? made(planning, spec, undefined);
  const earlier = known.earlier.get(spec.id);
  const stored = earlier ?? known.stored.get(spec.id);
  if (stored?.project === planning.project) {
    const wanted = changedAction(stored, spec, planning.now);
    if (doesTheSame(stored, wanted)) return { action: stored, write: 'nothing' };
    // Named twice in one document, it cannot say two things.
    const isOwn = !earlier && (await isOnlyOurs(planning, stored));
    return isOwn ? { action: wanted, write: 'update' } : made(planning, wanted, undefined);
  }
  // An id that another project has taken is as good as any other that we do not know.
  return made(planning, spec, stored ? undefined : (spec.id as ActionId));
}

function keptAt(planning: Planning, spec: JobActionSpec, place: number, { stored }: Known): Plan | undefined {
  const action = stored.get(planning.before?.actions[place] ?? '');
  if (action?.madeFor !== planning.jobId) return undefined;
  const wanted = made(planning, spec, action.id);
  return wanted && doesTheSame(action, wanted.action) ? { action, write: 'nothing' } : undefined;
}

function made(
  { parts, actor, project, jobId, now }: Planning,
  { settings, ...doing }: JobActionSpec,
  id: ActionId | undefined,
): Plan | undefined {
  if (!settings) return undefined;
  const action = actionOf(
    { ...doing, settings },
    { id: id ?? newId(parts), project, actor, now, madeFor: jobId },
  );
  return { action, write: 'insert' };
}

async function isOnlyOurs({ stores, jobId }: Planning, action: Action): Promise<boolean> {
  if (action.madeFor !== jobId) return false;
  const { rows } = await stores.jobs.list({ where: { action: action.id } });
  return rows.every((job) => job.id === jobId);
}
