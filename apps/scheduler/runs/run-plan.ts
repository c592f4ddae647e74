import type { Attempt } from '#domain';
import { failureCatalog } from '#kernel';
import type { ActionView } from '#node-protocol';

/** What is to be done next in a run. */
export type NextAct =
  /** `from`: not before this moment. */
  | {
      readonly act: 'try';
      readonly action: number;
      readonly attempt: number;
      readonly from: Date | undefined;
    }
  /** The journal says that this attempt was begun. */
  | { readonly act: 'resume'; readonly running: Attempt }
  /** An attempt that needs no agent: the action is passed over, or refused. */
  | { readonly act: 'note'; readonly attempt: Attempt }
  | { readonly act: 'end' };

export interface PlanRules {
  readonly disableExec: boolean;
  /** Somebody wants the run to end. */
  readonly cancelled: boolean;
}

/**
 * The next act, worked out from what has been tried, and from nothing else: a scheduler that was killed goes on where
 * the journal ends.
 *
 * Actions are done in order. What failed is tried again `maxRetries` times, `maxRetriesInterval` seconds after it ended,
 * unless it was cancelled. After an action has finally failed only mandatory ones are still done. `incomplete` is done.
 */
export function nextAct(
  actions: readonly ActionView[],
  attempts: readonly Attempt[],
  rules: PlanRules,
  now: Date,
): NextAct {
  let failed = false;
  for (const [place, action] of actions.entries()) {
    const last = attempts.findLast((attempt) => attempt.action === place);
    switch (last?.state) {
      case 'running':
        return { act: 'resume', running: last };
      case 'cancelled':
        return { act: 'end' };
      case 'succeeded':
      case 'incomplete':
      case 'skipped':
        continue;
      case 'failed':
        if (last.attempt > action.maxRetries || isFinal(last)) {
          failed = true;
          continue;
        }
        if (rules.cancelled) return { act: 'end' };
        return { act: 'try', action: place, attempt: last.attempt + 1, from: afterPause(last, action) };
      case undefined:
        if (rules.cancelled) return { act: 'end' };
        if (failed && !action.mandatory) return { act: 'note', attempt: skipped(place, action, now) };
        if (rules.disableExec && whatItDoes(action) === 'exec')
          return { act: 'note', attempt: refused(place, now) };
        return { act: 'try', action: place, attempt: 1, from: undefined };
    }
  }
  return { act: 'end' };
}

/** `backup` when the settings do not say, as with the agent. */
export function whatItDoes({ settings }: Pick<ActionView, 'settings'>): string {
  const action = settings['action'];
  return typeof action === 'string' && action !== '' ? action.slice(0, 64) : 'backup';
}

function isFinal({ failure }: Attempt): boolean {
  return failure?.code === 'scheduler.exec-disabled';
}

function afterPause(last: Attempt, { maxRetriesInterval }: ActionView): Date {
  return new Date((last.endedAt ?? last.startedAt).getTime() + maxRetriesInterval * 1000);
}

function skipped(place: number, action: ActionView, now: Date): Attempt {
  const does = whatItDoes(action);
  return { action: place, does, attempt: 0, state: 'skipped', startedAt: now, endedAt: now, steps: [] };
}

function refused(place: number, now: Date): Attempt {
  const code = 'scheduler.exec-disabled';
  const message = 'this scheduler runs no commands';
  const failure = { code, message, hint: failureCatalog[code].hint };
  return {
    ...{ action: place, does: 'exec', attempt: 1, state: 'failed', startedAt: now, endedAt: now },
    ...{ steps: [], failure },
  };
}
