import type { CommandNode, OptionNode } from './command-tree.js';

/** A completion script for fish: commands and options with what they mean. */
export function fishCompletion(tree: readonly CommandNode[]): string {
  const lines = tree.flatMap(({ path, commands, options, choices }) => {
    const [, ...below] = path;
    const here = [
      ...below.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(commands.length > 0
        ? [`not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(' ')}`]
        : []),
    ].join('; and ');
    const condition = here === '' ? '' : ` -n ${quoted(here)}`;
    return [
      ...commands.map(
        ({ name, summary }) => `complete -c firn -f${condition} -a ${name} -d ${quoted(summary)}`,
      ),
      ...choices.map((choice) => `complete -c firn -f${condition} -a ${choice}`),
      ...options.map(
        ({ name, summary, takes }) =>
          `complete -c firn${condition} -l ${name.replace(/^--/, '')}${VALUES[takes]} -d ${quoted(summary)}`,
      ),
    ];
  });
  return [
    '# fish completion of firn: firn completion fish > ~/.config/fish/completions/firn.fish',
    ...lines,
    '',
  ].join('\n');
}

const VALUES: Readonly<Record<OptionNode['takes'], string>> = {
  nothing: '',
  'a word': ' -x',
  'a file': ' -r -F',
  'a directory': " -x -a '(__fish_complete_directories)'",
};

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
