import type { AgentAction } from './agent-option.js';
import { agentOptions, optionsFor, type AgentOptionKey, type AgentOptionValues } from './agent-options.js';
import { conflictsIn } from './option-conflicts.js';
import type { OptionProblem } from './option-problem.js';

/** Where values stand, by key; also of those that cannot be read. */
export type Places = ReadonlyMap<AgentOptionKey, { readonly place: string }>;

/** Everything that is missing or does not go together for an action; none when it can begin. */
export function agentOptionProblems(
  action: AgentAction,
  options: AgentOptionValues,
  places: Places = new Map(),
): readonly OptionProblem[] {
  const has = (key: AgentOptionKey) => options[key] !== undefined || places.has(key);
  const required = optionsFor(action).filter(
    ({ key, requiredFor }) => requiredFor.includes(action) && !has(key),
  );
  const missing = required.map(({ name }) => `${name} is missing`);
  if (action === 'restore' && !has('backupName') && !has('backupId')) {
    missing.push('backup-name or backup-id is missing');
  }
  if (action === 'prune' && !has('removeOlderThan') && !has('removeFromDate') && !has('keepLast')) {
    missing.push('one of remove-older-than, remove-from-date and keep-last is missing');
  }
  return [
    ...missing.map((message): OptionProblem => ({ code: 'input.missing-option', path: '', message })),
    ...conflictsIn(action, options).map(({ between: [key], message }): OptionProblem => {
      const path = places.get(key)?.place ?? `--${agentOptions[key].name}`;
      return { code: 'input.invalid', path, message };
    }),
  ];
}
