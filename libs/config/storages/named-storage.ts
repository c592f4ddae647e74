import { dashedName } from '../dashed-name.js';
import type { OptionProblem } from '../option-problem.js';
import type { Secret } from '../values/secret.js';
import { settingOfFreezer } from '../freezer/freezer-storage.js';

/** A storage as a config file describes it, under a name of its own. */
export interface NamedStorage {
  readonly name: string;
  /** A kind, when the file says one. */
  readonly kind?: string;
  /** An address, when that is how it is described. */
  readonly address?: string;
  /** By the names that drivers give them; text, numbers and booleans as they stand in the file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those that came over a private way; files have none. */
  readonly secrets?: Readonly<Record<string, Secret<string>>>;
  /** Where it stands. */
  readonly place: string;
}

/** A name may be a word of a command line and the first part of `NAME.setting`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Reads one description; what is wrong with it is added to `problems`. */
export function namedStorage(
  name: string,
  description: unknown,
  place: string,
  problems: OptionProblem[],
): NamedStorage {
  const refuse = (message: string) => problems.push({ code: 'input.invalid', path: place, message });
  if (!NAME.test(name)) refuse(`"${name}" is no name of a storage: letters, digits, "_" and "-" make one`);
  if (typeof description === 'string') return { name, address: description, settings: {}, place };
  if (typeof description !== 'object' || description === null || Array.isArray(description)) {
    refuse('is neither an address nor a mapping of settings');
    return { name, settings: {}, place };
  }
  const settings: Record<string, unknown> = {};
  let [kind, address]: (string | undefined)[] = [];
  for (const [key, value] of Object.entries(description)) {
    if (value === undefined || value === null) continue;
    const dashed = dashedName(key);
    if (dashed === 'kind' || dashed === 'storage') kind = String(value);
    else if (dashed === 'address' || dashed === 'url') address = String(value);
    else if (typeof value === 'object' && !Array.isArray(value))
      refuse(`"${key}" is a mapping; storages stand by their names at one level, and their settings below`);
    else settings[settingName(key)] = value;
  }
  return { name, ...(kind === undefined ? {} : { kind }), ...(address && { address }), settings, place };
}

/** `caFile` for `ca-file` and `ca_file`, `host` for Freezer's `ssh_host`. */
export function settingName(name: string): string {
  const dashed = dashedName(name);
  return (
    settingOfFreezer(dashed) ?? dashed.replace(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
  );
}
