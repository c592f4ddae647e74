import type { Command } from 'commander';

/** A command as shells need to know it. */
export interface CommandNode {
  /** Words from the program's name on, such as `firn job list`. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Names of commands below it. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionNode[];
  /** What its first argument may be, when only some words will do. */
  readonly choices: readonly string[];
}

export interface OptionNode {
  /** The long name with its dashes. */
  readonly name: string;
  readonly summary: string;
  /** What follows it. */
  readonly takes: 'nothing' | 'a word' | 'a file' | 'a directory';
}

/** Names of the options that a file or a directory follows; the same for all commands. */
export function pathOptions(tree: readonly CommandNode[], takes: OptionNode['takes']): readonly string[] {
  const options = tree.flatMap((node) => node.options).filter((option) => option.takes === takes);
  return [...new Set(options.map(({ name }) => name))];
}

/** Every command of the program that people may see, the program itself first. */
export function commandTree(command: Command, above: readonly string[] = []): readonly CommandNode[] {
  const path = [...above, command.name()];
  const below = command.commands.filter((child) => !child.name().startsWith('_'));
  const node: CommandNode = {
    path,
    summary: command.description(),
    commands: below.map((child) => ({ name: child.name(), summary: child.description() })),
    options: command
      .createHelp()
      .visibleOptions(command)
      .flatMap((option) =>
        option.long ? [{ name: option.long, summary: option.description, takes: takenBy(option.flags) }] : [],
      ),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
  return [node, ...below.flatMap((child) => commandTree(child, path))];
}

function takenBy(flags: string): OptionNode['takes'] {
  const [, metavar] = /<(.+?)(?:\.\.\.)?>/.exec(flags) ?? [];
  if (metavar === undefined) return 'nothing';
  if (/^file$/i.test(metavar)) return 'a file';
  return /^dir$/i.test(metavar) ? 'a directory' : 'a word';
}
