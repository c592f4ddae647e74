import { Command, CommanderError } from 'commander';
import { asFailure, exitCodes, Failure } from '#kernel';
import { PROGRAM_VERSION } from '../process/program.js';
import { standardError, standardOutput } from '../process/standard-streams.js';
import { cancelOnSignals } from '../process/signals.js';
import { quickstart } from './commands/quickstart.js';

/** Runs one command of `firn`; resolves with its exit code, and never rejects. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const cancelling = cancelOnSignals(err);
  try {
    await program(cancelling.signal).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return failed(error instanceof CommanderError ? misspelt(error) : asFailure(error));
  } finally {
    cancelling.stop();
  }
}

function program(signal: AbortSignal): Command {
  const firn = new Command('firn')
    .description('Backup and restore that proves itself')
    .version(PROGRAM_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput({ writeOut: standardOutput.tell, writeErr: () => undefined });
  firn
    .command('quickstart [dir]')
    .description(
      'Back up, change, restore and compare a directory in a throw-away place, to see that it works here',
    )
    .option('--keep', 'leave the throw-away directory for a look (default remove it)')
    .addHelpText('after', '\nExamples:\n  firn quickstart\n  firn quickstart /etc --keep')
    .action((directory: string | undefined, options: { keep?: boolean }) =>
      quickstart({ directory, keep: options.keep ?? false, signal, say }),
    );
  return firn;
}

function misspelt(error: CommanderError): Failure {
  if (error.code === 'commander.help') {
    return new Failure('input.missing-option', 'no command is given; there is quickstart (see --help)');
  }
  return new Failure('input.invalid', error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
}

function failed(failure: Failure): number {
  err(`${failure.code}: ${failure.message}\n  ${failure.hint}`);
  return exitCodes[failure.kind];
}

function say(text: string): void {
  standardOutput.tell(`${text}\n`);
}

function err(text: string): void {
  standardError.tell(`${text}\n`);
}
