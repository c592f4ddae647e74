import type { Problem } from '#kernel';
import { agentOptionProblems } from './agent-option-problems.js';
import type { AgentAction } from './agent-option.js';
import type { AgentOptionValues } from './agent-options.js';
import { readSettings } from './read-settings.js';
import { settingsOf } from './setting.js';

export interface ActionSettingsReading {
  readonly action: AgentAction;
  /** What could be read. */
  readonly values: AgentOptionValues;
  /** Everything that is wrong; paths are names as they were given, or as they are missing. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the settings of a job's action as the agent will read them from its config file: by any spelling, Freezer's
 * included. Looks at nothing but the settings: files that they name are on another machine.
 */
export function readActionSettings(settings: Readonly<Record<string, unknown>>): ActionSettingsReading {
  const named = Object.entries(settings).map(([name, value]) => ({ name, value, place: name }));
  const read = readSettings([settingsOf('command line', named)]);
  const action = read.values.action ?? 'backup';
  const asked = agentOptionProblems(action, read.values, read.from);
  return { action, values: read.values, problems: [...read.problems, ...asked].map(pathed) };
}

/** `container is missing` stands nowhere; in a document its place is where it should be. */
function pathed({ path, message }: Problem): Problem {
  const missing = path === '' ? /^([\w-]+) is missing$/.exec(message)?.[1] : undefined;
  if (missing !== undefined) return { path: missing.replaceAll('-', '_'), message: 'is missing' };
  return { path, message };
}
