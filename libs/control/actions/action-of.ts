import { RETRY_DEFAULTS, sameDocument, type Action, type ActionSettings, type Actor } from '#domain';
import type { ActionId, JobId, ProjectId } from '#kernel';

/** What an action does, and how hard it tries. */
export interface Doing {
  readonly settings: ActionSettings;
  readonly maxRetries?: number | undefined;
  readonly maxRetriesInterval?: number | undefined;
  readonly mandatory?: boolean | undefined;
}

interface Made {
  readonly id: ActionId;
  readonly project: ProjectId;
  readonly actor: Actor;
  readonly now: Date;
  readonly madeFor?: JobId | undefined;
}

/** A new action, with what Freezer takes when nothing is said. */
export function actionOf(doing: Doing, { id, project, actor, now, madeFor }: Made): Action {
  return {
    id,
    project,
    userId: actor.userId,
    settings: doing.settings,
    maxRetries: doing.maxRetries ?? RETRY_DEFAULTS.maxRetries,
    maxRetriesInterval: doing.maxRetriesInterval ?? RETRY_DEFAULTS.maxRetriesInterval,
    mandatory: doing.mandatory ?? false,
    madeFor,
    createdAt: now,
    updatedAt: now,
  };
}

/** The action with what is given; the rest stays. */
export function changedAction(action: Action, doing: Partial<Doing>, now: Date): Action {
  return {
    ...action,
    settings: doing.settings ?? action.settings,
    maxRetries: doing.maxRetries ?? action.maxRetries,
    maxRetriesInterval: doing.maxRetriesInterval ?? action.maxRetriesInterval,
    mandatory: doing.mandatory ?? action.mandatory,
    updatedAt: now,
  };
}

/** Whether two actions do the same in the same way. */
export function doesTheSame(one: Doing, other: Doing): boolean {
  return sameDocument(doingOf(one), doingOf(other));
}

function doingOf({ settings, maxRetries, maxRetriesInterval, mandatory }: Doing): Doing {
  return { settings, maxRetries, maxRetriesInterval, mandatory };
}
