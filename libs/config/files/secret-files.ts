import type { AgentOptionKey } from '../agent-options.js';
import type { EnvironmentSecrets } from '../environment.js';
import type { OptionProblem } from '../option-problem.js';
import { readPassphraseFile } from './passphrase-file.js';
import type { ReadSettings } from '../read-settings.js';
import { STRENGTH } from '../setting.js';

/** Secrets that a file may hold: the option that names the file, and the variable that does without one. */
export const SECRET_FILES = [
  { key: 'encryptPassFile', secret: 'passphrase', variable: 'FIRN_PASSPHRASE' },
  { key: 'newPassFile', secret: 'newPassphrase', variable: 'FIRN_NEW_PASSPHRASE' },
  { key: 'recoveryKeyFile', secret: 'recoveryKey', variable: 'FIRN_RECOVERY_KEY' },
] as const;

type Options = Readonly<Partial<Record<AgentOptionKey, unknown>>>;

/** A secret and a file with one, both from the environment: nobody can say which is meant. */
export function twoSecrets(
  options: Options,
  { from }: ReadSettings,
  secrets: EnvironmentSecrets,
): readonly OptionProblem[] {
  return SECRET_FILES.flatMap(({ key, secret, variable }) => {
    const file = from.get(key);
    if (options[key] === undefined || !secrets[secret] || file?.source !== 'environment') return [];
    return [{ code: 'input.invalid' as const, path: file.place, message: `excludes ${variable}` }];
  });
}

export interface KnownSecrets {
  readonly secrets: EnvironmentSecrets;
  /** Which of them came from a file, by the option that named it. */
  readonly fromFiles: ReadonlyMap<keyof EnvironmentSecrets, AgentOptionKey>;
}

/** Reads the files that are named; a file wins over its variable when it is named in a stronger place. */
export async function withSecretFiles(
  options: Options,
  { from }: ReadSettings,
  given: EnvironmentSecrets,
): Promise<KnownSecrets> {
  const secrets: { -readonly [Name in keyof EnvironmentSecrets]: EnvironmentSecrets[Name] } = { ...given };
  const fromFiles = new Map<keyof EnvironmentSecrets, AgentOptionKey>();
  for (const { key, secret } of SECRET_FILES) {
    const path = options[key];
    const source = from.get(key)?.source ?? 'default';
    const weaker = STRENGTH.indexOf(source) < STRENGTH.indexOf('environment');
    if (typeof path !== 'string' || (given[secret] && weaker)) continue;
    secrets[secret] = await readPassphraseFile(path);
    fromFiles.set(secret, key);
  }
  return { secrets, fromFiles };
}
