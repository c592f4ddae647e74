import type { AgentAction } from './agent-option.js';
import { agentOptions, optionsFor, type AgentOptionKey, type AgentOptionValues } from './agent-options.js';
import { conflictsIn } from './option-conflicts.js';
import type { OptionProblem } from './option-problem.js';

/** Where values stand, by key; also of those that cannot be read. */
export type Places = ReadonlyMap<AgentOptionKey, { readonly place: string }>;

/** What says where backups are kept; any of them will do. */
const STORAGE_KEYS = ['storage', 'container'] as const;

/** Each of them says what goes. Labels say only what stays, or what the others are about. */
const PRUNE_RULES = [
  ...(['removeOlderThan', 'removeFromDate', 'keepLast', 'keepHourly', 'keepDaily', 'keepWeekly'] as const),
  ...(['keepMonthly', 'keepYearly', 'keepWithin'] as const),
] as const;

/**
 * Everything that is missing or does not go together for an action; none when it can begin. `hasStorages` says that a
 * config file describes storages.
 */
export function agentOptionProblems(
  action: AgentAction,
  options: AgentOptionValues,
  places: Places = new Map(),
  hasStorages = false,
): readonly OptionProblem[] {
  const has = (key: AgentOptionKey) => options[key] !== undefined || places.has(key);
  // Of `storage` only some verbs need one.
  const lacksStorage = action !== 'storage' && !STORAGE_KEYS.some(has) && !hasStorages;
  const required = optionsFor(action).filter(({ key, requiredFor }) =>
    key === 'container' ? lacksStorage : requiredFor.includes(action) && !has(key),
  );
  const missing = required.map(({ name }) => `${name} is missing`);
  if (action === 'restore' && !has('backupName') && !has('backupId')) {
    missing.push('backup-name or backup-id is missing');
  }
  if (action === 'prune' && !PRUNE_RULES.some(has)) {
    const names = PRUNE_RULES.map((key) => agentOptions[key].name);
    missing.push(`one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)} is missing`);
  }
  return [
    ...missing.map((message): OptionProblem => ({ code: 'input.missing-option', path: '', message })),
    ...conflictsIn(action, options).map(({ between: [key], message }): OptionProblem => {
      const path = places.get(key)?.place ?? `--${agentOptions[key].name}`;
      return { code: 'input.invalid', path, message };
    }),
  ];
}
