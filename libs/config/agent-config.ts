import { cacheDirectory, processFacts } from './processes/places.js';
import { availableParallelism, hostname } from 'node:os';
import type { AgentAction, DefaultFacts } from './agent-option.js';
import { agentOptionProblems } from './agent-option-problems.js';
import { optionsFor, type OptionsOf } from './agent-options.js';
import { configFileSettings } from './files/config-file.js';
import { environmentSecrets, environmentSettings, processEnvironment, temporaryRoot } from './environment.js';
import type { Environment, EnvironmentSecrets } from './environment.js';
import { dashedName } from './dashed-name.js';
import { deepFrozen } from './values/deep-frozen.js';
import { withoutOverruled } from './option-conflicts.js';
import { refuseProblems, type OptionProblem } from './option-problem.js';
import { originsOf, type Origin } from './origins.js';
import { readSettings, type ReadSettings } from './read-settings.js';
import { twoSecrets, withSecretFiles } from './files/secret-files.js';
import { settingsOf, type Settings } from './setting.js';

export interface AgentConfigRequest<Action extends AgentAction> {
  /** What to do, when the command line says so; otherwise environment, file and default decide. */
  readonly action?: Action;
  /** Options by name or key, in any spelling; only those that were really given. */
  readonly commandLine?: Readonly<Record<string, unknown>>;
  readonly env?: Environment;
}

/** Everything that one action needs to know, in one frozen object. */
export type AgentConfig<Action extends AgentAction = AgentAction> = Action extends AgentAction
  ? Omit<OptionsOf<Action>, 'action'> & {
      readonly action: Action;
      /** From the environment, and the passphrase also from the file of `encrypt-pass-file`. */
      readonly secrets: EnvironmentSecrets;
      /** Where each value came from, and the value as it may be shown. */
      readonly origins: Readonly<Record<string, Origin>>;
    }
  : never;

/**
 * The config of an action: defaults, then the config file, then the environment, then the command line; the last one
 * that has a value wins. Rejects with one failure that names every problem and its place: `input.unknown-option`,
 * `input.missing-option`, or `input.invalid`; for files also `input.file-unreadable` and `input.file-malformed`.
 */
export async function agentConfig<Action extends AgentAction = AgentAction>(
  request: AgentConfigRequest<Action>,
): Promise<AgentConfig<Action>> {
  const env = request.env ?? processEnvironment();
  const commandLine = commandLineSettings(request.action, request.commandLine ?? {});
  const environment = environmentSettings(env);
  const given = readSettings([await fileSettings([environment, commandLine]), environment, commandLine]);
  const action = given.values.action ?? 'backup';
  const read = withoutOverruled(action, given);
  const facts = {
    hostname: hostname(),
    temporaryRoot: temporaryRoot(env),
    cacheRoot: cacheDirectory(processFacts(env)),
    processors: availableParallelism(),
  };
  const options = withDefaults(action, read, facts);
  const secrets = environmentSecrets(env);

  refuseProblems([
    ...read.problems,
    ...strangeTo(action, commandLine),
    ...agentOptionProblems(action, read.values, read.from),
    ...twoSecrets(options, read, secrets),
  ]);
  const known = await withSecretFiles(options, read, secrets);
  const origins = originsOf(action, options, read.from, known);
  return deepFrozen({
    ...options,
    action,
    secrets: known.secrets,
    origins,
  }) as unknown as AgentConfig<Action>;
}

function commandLineSettings(
  action: AgentAction | undefined,
  given: Readonly<Record<string, unknown>>,
): Settings {
  const named = Object.entries(given).map(([name, value]) => ({
    name,
    value,
    place: `--${dashedName(name)}`,
  }));
  if (action === undefined) return settingsOf('command line', named);
  const others = named.filter(({ name }) => name !== 'action');
  return settingsOf('command line', [...others, { name: 'action', value: action, place: 'action' }]);
}

async function fileSettings(named: readonly Settings[]): Promise<Settings> {
  const { config } = readSettings(named).values;
  return config === undefined ? { byKey: new Map(), problems: [] } : configFileSettings(config);
}

/** Files and environments serve several actions; on the command line an option of another one is a mistake. */
function strangeTo(action: AgentAction, commandLine: Settings): readonly OptionProblem[] {
  const strange = [...commandLine.byKey.values()].filter(({ option }) => !option.actions.includes(action));
  return strange.map(({ option, place }) => ({
    code: 'input.unknown-option',
    path: place,
    message: `is no option of ${action}, but of ${option.actions.join(', ')}`,
  }));
}

function withDefaults(action: AgentAction, read: ReadSettings, facts: DefaultFacts): Options {
  const options = optionsFor(action).map((option) => {
    const fallback = option.defaultFor.includes(action) ? option.default?.(facts) : undefined;
    return [option.key, read.values[option.key] ?? fallback] as const;
  });
  return Object.fromEntries(options);
}

type Options = Readonly<Record<string, unknown>>;
