import { RETRY_DEFAULTS, type Action, type Actor } from '#domain';
import { Failure, type ActionId, type ProjectId } from '#kernel';
import type { ActionSpec } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { below, refuseProblems } from '../problems.js';
import { actionOf } from './action-of.js';
import { changeAction } from './change-action.js';
import { lockWithJobs } from './lock-actions.js';

/** Puts an action in the place of the one with that id, or makes it. What is not given has its default. */
export async function replaceAction(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: ActionId,
  spec: ActionSpec,
): Promise<{ action: Action; created: boolean }> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const { action: before, jobs } = await lockWithJobs(stores, id);
    if (before?.project === project) {
      const whole = { ...RETRY_DEFAULTS, mandatory: false, ...given(spec) };
      return { action: await changeAction(parts, stores, { action: before, jobs }, whole), created: false };
    }
    refuseProblems('action', below('settings', parts.settingsProblems(spec.settings)));
    if (before) throw new Failure('action.exists', `there is an action "${id}" already`, { id });
    const action = actionOf(spec, { id, project, actor, now: parts.clock.now() });
    await stores.actions.insert(action);
    return { action, created: true };
  });
}

function given(spec: ActionSpec): Partial<ActionSpec> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}
