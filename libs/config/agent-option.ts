import type { Schema } from '#kernel';
import { choice } from './values/option-values.js';

export const AGENT_ACTIONS = [
  'backup',
  'restore',
  'list',
  'ls',
  'cat',
  'verify',
  'info',
  'exec',
  'prune',
  'hold',
  'key',
  'storage',
  'copy',
] as const;
export type AgentAction = (typeof AGENT_ACTIONS)[number];

/** An action by its name; `admin` is Freezer's name of `prune`. */
export const agentAction: Schema<AgentAction> = choice(AGENT_ACTIONS, { admin: 'prune' });

/** What defaults may depend on. */
export interface DefaultFacts {
  readonly hostname: string;
  /** Where temporary files go. */
  readonly temporaryRoot: string;
  /** Where to keep what can be made again. */
  readonly cacheRoot: string;
  /** Processors that this process may use. */
  readonly processors: number;
}

/**
 * One option as data: command lines, environment variables, config files and help are made from it.
 *
 * `Sure` are the actions for which there is always a value, because of a default or because nothing works without.
 */
export interface AgentOption<
  Value = unknown,
  Action extends AgentAction = AgentAction,
  Sure extends AgentAction = AgentAction,
> {
  /** As on the command line, without the dashes; with `_` in files and with `FIRN_` in the environment. */
  readonly name: string;
  /** One letter for the command line. */
  readonly short?: string;
  readonly aliases?: readonly string[];
  /** Names under which it is given the other way round. */
  readonly opposites?: readonly string[];
  readonly schema: Schema<Value>;
  /** What stands for the value in the help; flags have none. */
  readonly metavar?: string;
  readonly repeatable?: boolean;
  /** Never shown. */
  readonly secret?: boolean;
  /** One line. */
  readonly help: string;
  readonly actions: readonly Action[];
  readonly requiredFor: readonly Sure[];
  readonly default?: (facts: DefaultFacts) => Value;
  readonly defaultFor: readonly Sure[];
}

type Spec<Value, Action extends AgentAction> = Omit<
  AgentOption<Value, Action>,
  'requiredFor' | 'default' | 'defaultFor' | 'actions'
> & { readonly actions: readonly Action[] };

/** An option that may be left out. */
export function optional<Value, Action extends AgentAction>(
  spec: Spec<Value, Action>,
): AgentOption<Value, Action, never> {
  return { ...spec, requiredFor: [], defaultFor: [] };
}

/** An option that some actions cannot do without. */
export function requiredFor<Value, Action extends AgentAction, const Sure extends AgentAction>(
  actions: readonly Sure[],
  spec: Spec<Value, Action>,
): AgentOption<Value, Action, Sure> {
  return { ...spec, requiredFor: actions, defaultFor: [] };
}

/** An option with a default, for all actions or only for some. */
export function defaulted<Value, Action extends AgentAction, const Sure extends AgentAction = Action>(
  value: (facts: DefaultFacts) => NoInfer<Value>,
  spec: Spec<Value, Action>,
  actions: readonly Sure[] = spec.actions as readonly AgentAction[] as readonly Sure[],
): AgentOption<Value, Action, Sure> {
  return { ...spec, requiredFor: [], default: value, defaultFor: actions };
}

/** Yes or no; no unless it is given. */
export function flagged<Action extends AgentAction>(
  spec: Spec<boolean, Action>,
): AgentOption<boolean, Action, Action> {
  return defaulted(() => false, spec);
}
