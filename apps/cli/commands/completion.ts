import { Argument } from 'commander';
import type { AddCommand } from '../cli.js';
import { bashCompletion } from '../completion/bash.js';
import { commandTree, type CommandNode } from '../completion/command-tree.js';
import { fishCompletion } from '../completion/fish.js';
import { zshCompletion } from '../completion/zsh.js';

const SHELLS: Readonly<Record<string, (tree: readonly CommandNode[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `firn completion` */
export const addCompletion: AddCommand = (program, cli) => {
  program
    .command('completion')
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  source <(firn completion bash)',
        '  firn completion zsh > "${fpath[1]}/_firn"',
        '  firn completion fish > ~/.config/fish/completions/firn.fish',
      ].join('\n'),
    )
    .action((shell: string) => cli.say(SHELLS[shell]?.(commandTree(program)).trimEnd() ?? ''));
};
