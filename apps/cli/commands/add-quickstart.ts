import type { AddCommand } from '../cli.js';

/** `firn quickstart` */
export const addQuickstart: AddCommand = (program, cli) => {
  program
    .command('quickstart [dir]')
    .description(
      'Back up, change, restore and compare a directory in a throw-away platform, to see that it works',
    )
    .option('--keep', 'leave the throw-away directory for a look (default remove it)')
    .addHelpText('after', '\nExamples:\n  firn quickstart\n  firn quickstart /etc --keep')
    .action(async (directory: string | undefined, options: { keep?: boolean }) => {
      const { quickstart } = await import('./quickstart.js');
      await quickstart({ directory, keep: options.keep ?? false, signal: cli.signal, say: cli.say });
    });
};
