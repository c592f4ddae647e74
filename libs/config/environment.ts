import { tmpdir } from 'node:os';
import { delimiter, isAbsolute } from 'node:path';
import { agentOptionList, variableOf, type AgentOptionValues } from './agent-options.js';
import { refuseProblems } from './option-problem.js';
import { readSettings } from './read-settings.js';
import { Secret } from './values/secret.js';
import { settingsOf, type Settings } from './setting.js';

/** Variables of a process. All of Firn reads them here and nowhere else. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentSecrets {
  readonly passphrase?: Secret<string>;
  readonly newPassphrase?: Secret<string>;
  readonly recoveryKey?: Secret<string>;
}

/** What is known about the terminal besides what its streams tell. */
export interface TerminalFacts {
  /** `NO_COLOR` is set, or the terminal can do no colours. */
  readonly noColor: boolean;
  readonly term: string | undefined;
  /** Nobody watches: a continuous integration runs this. */
  readonly ci: boolean;
}

export function processEnvironment(): Environment {
  return process.env;
}

/** Options from `FIRN_<OPTION_NAME>`. Rejects with `input.invalid` that names each variable with a wrong value. */
export function environmentOptions(env: Environment = processEnvironment()): AgentOptionValues {
  const { values, problems } = readSettings([environmentSettings(env)]);
  refuseProblems(problems);
  return values;
}

/** The same, not yet read by the schemas. An empty variable is taken as not set. */
export function environmentSettings(env: Environment = processEnvironment()): Settings {
  const names = agentOptionList.flatMap((option) => [option.name, ...(option.opposites ?? [])]);
  const named = names.map((name) => ({
    name,
    value: env[variableOf(name)] || undefined,
    place: variableOf(name),
  }));
  return settingsOf('environment', named);
}

/** `FIRN_PASSPHRASE`, `FIRN_NEW_PASSPHRASE` and `FIRN_RECOVERY_KEY`. */
export function environmentSecrets(env: Environment = processEnvironment()): EnvironmentSecrets {
  const {
    FIRN_PASSPHRASE: passphrase,
    FIRN_NEW_PASSPHRASE: newPassphrase,
    FIRN_RECOVERY_KEY: recoveryKey,
  } = env;
  return {
    ...(passphrase && { passphrase: new Secret(passphrase) }),
    ...(newPassphrase && { newPassphrase: new Secret(newPassphrase) }),
    ...(recoveryKey && { recoveryKey: new Secret(recoveryKey) }),
  };
}

/** The directories in which programs are looked for, in order. */
export function searchPath(env: Environment = processEnvironment()): readonly string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
}

export function terminalFacts(env: Environment = processEnvironment()): TerminalFacts {
  const { NO_COLOR: noColor = '', TERM: term, CI: ci = '' } = env;
  return {
    noColor: noColor !== '' || term === 'dumb',
    term,
    ci: !['', '0', 'false'].includes(ci.toLowerCase()),
  };
}

/** What a test run must not skip, from `FIRN_TEST_REQUIRE=root,xattr`. */
export function testRequirements(env: Environment = processEnvironment()): ReadonlySet<string> {
  return new Set((env['FIRN_TEST_REQUIRE'] ?? '').split(/[\s,]+/).filter((word) => word !== ''));
}

/** Where temporary files go: `TMPDIR`, or the system's place. */
export function temporaryRoot(env: Environment = processEnvironment()): string {
  const { TMPDIR: wished = '' } = env;
  return isAbsolute(wished) ? wished : tmpdir();
}
