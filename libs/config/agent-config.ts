import { cacheDirectory, processFacts, storagesPath } from './processes/places.js';
import { availableParallelism, hostname } from 'node:os';
import type { AgentAction, DefaultFacts } from './agent-option.js';
import { agentOptionProblems } from './agent-option-problems.js';
import { optionsFor, type OptionsOf } from './agent-options.js';
import { configFileSettings, type FileSettings } from './files/config-file.js';
import { storagesInFile } from './files/storages-file.js';
import { environmentSecrets, environmentSettings, processEnvironment, temporaryRoot } from './environment.js';
import type { Environment, EnvironmentSecrets } from './environment.js';
import { dashedName } from './dashed-name.js';
import { deepFrozen } from './values/deep-frozen.js';
import { withoutOverruled } from './option-conflicts.js';
import { refuseProblems, type OptionProblem } from './option-problem.js';
import { originsOf, type Origin } from './origins.js';
import { readSettings, type ReadSettings } from './read-settings.js';
import { twoSecrets, withSecretFiles } from './files/secret-files.js';
import { settingsOf, STRENGTH, type Settings } from './setting.js';
import { chosenStorages, type StorageChoice } from './storages/chosen-storages.js';
import { deliveredStorages } from './storages/delivered-storages.js';
import type { NamedStorage } from './storages/named-storage.js';

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
      /** Where backups are kept: one or several, in the order in which they are read. */
      readonly storages: readonly StorageChoice[];
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
  const file = await fileSettings([environment, commandLine]);
  const given = readSettings([file, environment, commandLine]);
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
  const choices = await storagesFor(read, file.storages, env);

  refuseProblems([
    ...read.problems,
    ...strangeTo(action, commandLine),
    ...agentOptionProblems(action, read.values, read.from, file.storages.length > 0),
    ...choices.problems,
    ...twoSecrets(options, read, secrets),
  ]);
  const known = await withSecretFiles(options, read, secrets);
  const origins = originsOf(action, options, read.from, known);
  return deepFrozen({
    ...options,
    action,
    secrets: known.secrets,
    storages: choices.storages,
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

async function fileSettings(named: readonly Settings[]): Promise<FileSettings> {
  const { config } = readSettings(named).values;
  return config === undefined ? { byKey: new Map(), problems: [], storages: [] } : configFileSettings(config);
}

/** What the config file describes is used unless something stronger says otherwise; the others only by their names. */
async function storagesFor(
  { values, from }: ReadSettings,
  described: readonly NamedStorage[],
  env: Environment,
): Promise<{ storages: readonly StorageChoice[]; problems: readonly OptionProblem[] }> {
  const problems: OptionProblem[] = [];
  const known = await storagesInFile(values.storagesFile, storagesPath(processFacts(env)), problems);
  const isChosen = (['storage', 'container'] as const).some(
    (key) => STRENGTH.indexOf(from.get(key)?.source ?? 'default') > STRENGTH.indexOf('config file'),
  );
  const storages = chosenStorages(
    {
      ...{ storages: values.storage ?? [], containers: values.container ?? [] },
      ...{ options: values.storageOption ?? [], described, known, isChosen },
      delivered: deliveredStorages(env),
      places: {
        storages: from.get('storage')?.place ?? '--storage',
        containers: from.get('container')?.place ?? '--container',
        options: from.get('storageOption')?.place ?? '--storage-option',
      },
    },
    problems,
  );
  return { storages, problems };
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
