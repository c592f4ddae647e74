import type { AgentOptionKey, KeyedAgentOption } from './agent-options.js';
import { freezerObjection } from './freezer/freezer-options.js';
import { meaningOf, STORAGE_OPTION, unknownOption } from './option-names.js';
import type { OptionProblem } from './option-problem.js';
import { flag } from './values/option-values.js';

/** Where values come from, from the weakest to the strongest. */
export const STRENGTH = ['default', 'config file', 'environment', 'command line'] as const;
export type OptionSource = (typeof STRENGTH)[number];

/** A value as it stands somewhere, under the name that it has there. */
export interface NamedValue {
  readonly name: string;
  readonly value: unknown;
  /** `/etc/firn/job.ini line 3`, `FIRN_MAX_LEVEL`, `--max-level` */
  readonly place: string;
}

/** A value that is meant for an option; not yet read by its schema. */
export interface Setting {
  readonly option: KeyedAgentOption;
  readonly value: unknown;
  readonly source: OptionSource;
  readonly place: string;
}

export interface Settings {
  readonly byKey: ReadonlyMap<AgentOptionKey, Setting>;
  readonly problems: readonly OptionProblem[];
}

/** Finds the options that named values are meant for. Values that say "not set" are left out. */
export function settingsOf(source: OptionSource, values: readonly NamedValue[]): Settings {
  const byKey = new Map<AgentOptionKey, Setting>();
  const problems: OptionProblem[] = [];
  for (const named of values) {
    const meant = meaningOf(named.name);
    if (meant.kind === 'option') take(meant.option, meant.opposite, named);
    else if (meant.kind === 'unknown') refuse('input.unknown-option', named.place, unknownOption(named.name));
    else if (meant.kind === 'secret') refuse('input.invalid', named.place, meant.remedy);
    else if (meant.kind === 'storage-setting') takeSetting(meant.setting, named);
    else {
      const objection = freezerObjection(meant.option, named.value);
      if (objection) refuse('input.unknown-option', named.place, objection);
    }
  }
  return { byKey, problems };

  function take(option: KeyedAgentOption, opposite: boolean, named: NamedValue): void {
    if (isUnset(option, named.value)) return;
    const place = source === 'config file' ? `${named.place}, ${named.name}` : named.place;
    const before = byKey.get(option.key);
    if (before && !option.repeatable) {
      refuse('input.invalid', place, `is already given as ${before.place}`);
      return;
    }
    const read = opposite ? flag.safeParse(named.value) : undefined;
    if (read?.success === false)
      refuse('input.invalid', place, read.error.issues[0]?.message ?? 'is not valid');
    else {
      const value = read ? !read.data : named.value;
      byKey.set(option.key, { option, value: before ? together(before.value, value) : value, source, place });
    }
  }

  function takeSetting(setting: string, { value, ...named }: NamedValue): void {
    const option = meaningOf(STORAGE_OPTION);
    if (option.kind !== 'option' || value === undefined || value === null || value === false) return;
    take(option.option, false, {
      ...named,
      value: `${setting}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    });
  }

  function refuse(code: OptionProblem['code'], path: string, message: string): void {
    problems.push({ code, path, message });
  }
}

/** `null`, and `false` for what is not a matter of yes and no: that is how Freezer writes "none". */
function isUnset(option: KeyedAgentOption, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return value === false && !option.schema.safeParse(false).success;
}

/** The values of an option that may be given several times. */
function together(before: unknown, value: unknown): readonly unknown[] {
  return [before, value].flat();
}
