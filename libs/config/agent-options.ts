import type { AgentAction, AgentOption } from './agent-option.js';
import { backupOptions } from './options/backup-options.js';
import { levelOptions } from './options/level-options.js';
import { paceOptions } from './options/pace-options.js';
import { placeOptions } from './options/place-options.js';
import { restoreOptions } from './options/restore-options.js';
import { retentionOptions } from './options/retention-options.js';
import { runOptions } from './options/run-options.js';
import { upkeepOptions } from './options/upkeep-options.js';

/** Every option of the agent, by the key it has in its config. */
export const agentOptions = {
  ...placeOptions,
  ...backupOptions,
  ...paceOptions,
  ...levelOptions,
  ...restoreOptions,
  ...upkeepOptions,
  ...retentionOptions,
  ...runOptions,
} as const;

type Table = typeof agentOptions;
export type AgentOptionKey = keyof Table;
type ValueOf<Key extends AgentOptionKey> =
  Table[Key] extends AgentOption<infer Value, AgentAction, AgentAction> ? Value : never;

/** Values of options, as far as they are given. */
export type AgentOptionValues = { readonly [Key in AgentOptionKey]?: ValueOf<Key> };

/** The options of one action: nothing is undefined that has a default or that the action cannot do without. */
export type OptionsOf<Action extends AgentAction> = {
  readonly [
    Key in AgentOptionKey as Action extends Table[Key]['actions'][number] ? Key : never
  ]: Action extends (Table[Key]['requiredFor'] | Table[Key]['defaultFor'])[number]
    ? ValueOf<Key>
    : ValueOf<Key> | undefined;
};

export type KeyedAgentOption = AgentOption & { readonly key: AgentOptionKey };

/** The same table as a list, in the order of the help. */
export const agentOptionList: readonly KeyedAgentOption[] = (
  Object.keys(agentOptions) as AgentOptionKey[]
).map((key) => ({
  ...(agentOptions[key] as AgentOption),
  key,
}));

/** The options of an action, in the order of the help. */
export function optionsFor(action: AgentAction): readonly KeyedAgentOption[] {
  return agentOptionList.filter((option) => option.actions.includes(action));
}

/** `FIRN_PATH_TO_BACKUP` */
export function variableOf(name: string): string {
  return `FIRN_${name.replaceAll('-', '_').toUpperCase()}`;
}
