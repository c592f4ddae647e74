import type { Action } from '#domain';
import { parse, z } from '#kernel';
import { actionOfFreezer, actionSpec, freezerJobAction, type ActionSpec } from '#node-protocol';
import { freezerName } from './freezer-names.js';

/** What makes an action. */
export const freezerActionRequest = freezerJobAction
  .required({ freezer_action: true })
  .meta({ id: 'FreezerActionRequest' });
export type FreezerActionRequest = z.infer<typeof freezerActionRequest>;
export const freezerActionPatch = freezerJobAction.meta({ id: 'FreezerActionPatch' });
export type FreezerActionPatch = z.infer<typeof freezerActionPatch>;

export const freezerAction = z
  .object({
    project_id: z.string(),
    user_id: z.string(),
    action_id: z.string(),
    max_retries: z.int(),
    max_retries_interval: z.int(),
    mandatory: z.boolean(),
    freezer_action: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'FreezerAction' });
export type FreezerAction = z.infer<typeof freezerAction>;

/** These stand in every action of Freezer, with null where they are not set. */
const ALWAYS = [
  'backup_name',
  'action',
  'mode',
  'container',
  'timeout',
  'priority',
  'path_to_backup',
  'log_file',
];

export function freezerActionOf(action: Action): FreezerAction {
  const settings = Object.entries(action.settings).map(([key, value]) => [freezerName(key), value] as const);
  return {
    project_id: action.project,
    user_id: action.userId,
    action_id: action.id,
    max_retries: action.maxRetries,
    max_retries_interval: action.maxRetriesInterval,
    mandatory: action.mandatory,
    freezer_action: {
      ...Object.fromEntries(ALWAYS.map((key) => [key, null])),
      ...Object.fromEntries(settings),
    },
  };
}

/** Rejects with `input.invalid`. */
export function actionSpecOf(document: FreezerActionRequest): ActionSpec {
  return parse(actionSpec, { settings: {}, ...actionOfFreezer(document) }, 'action document');
}

/** What is not said stays; `freezer_action` is replaced as a whole. */
export function actionPatchOf(document: FreezerActionPatch): Partial<ActionSpec> {
  const { id: _id, ...patch } = actionOfFreezer(document);
  return parse(actionSpec.omit({ id: true }).partial(), patch, 'action document');
}
