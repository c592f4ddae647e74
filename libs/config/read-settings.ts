import type { AgentOptionKey, AgentOptionValues } from './agent-options.js';
import type { OptionProblem } from './option-problem.js';
import type { Setting, Settings } from './setting.js';

export interface ReadSettings {
  readonly values: AgentOptionValues;
  /** Where each value comes from. */
  readonly from: ReadonlyMap<AgentOptionKey, Setting>;
  readonly problems: readonly OptionProblem[];
}

/** Lets later settings win over earlier ones and reads the winners by the schemas of their options. */
export function readSettings(all: readonly Settings[]): ReadSettings {
  const problems = all.flatMap((settings) => settings.problems);
  const from = new Map(all.flatMap((settings) => [...settings.byKey]));
  const values: Record<string, unknown> = {};
  for (const [key, { option, value, place }] of from) {
    const result = option.schema.safeParse(value);
    if (result.success) values[key] = result.data;
    else problems.push(...result.error.issues.map(({ message }) => invalid(place, message)));
  }
  return { values, from, problems };
}

function invalid(path: string, message: string): OptionProblem {
  return { code: 'input.invalid', path, message };
}
