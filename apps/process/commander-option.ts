import { Option, type Command } from 'commander';

/** What an option looks like on the command line and in the help. */
export interface LineOption {
  readonly name: string;
  readonly short?: string | undefined;
  readonly metavar?: string;
  readonly help: string;
  readonly repeatable?: boolean;
}

/** Values stay text: the config reads them, with those of files and environment, by one schema. */
export function commanderOption(option: LineOption): Option {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.metavar === undefined ? '' : ` <${option.metavar}>`;
  const made = new Option(`${short}--${option.name}${value}`, option.help);
  if (option.repeatable)
    made.argParser((one: string, before: string[] | undefined) => [...(before ?? []), one]);
  return made;
}

/** Only what stands on the command line: commander has defaults of its own, such as true for `--no-…` options. */
export function givenTo(command: Command): Record<string, unknown> {
  const given = Object.entries(command.opts()).filter(([key]) => command.getOptionValueSource(key) === 'cli');
  return Object.fromEntries(given);
}
