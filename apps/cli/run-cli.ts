import { Command, CommanderError } from 'commander';
import { asFailure, exitCodes, Failure, withNearest, type Problem } from '#kernel';
import { refusalOf } from '../process/commander-refusal.js';
import { PROGRAM_VERSION } from '../process/program.js';
import { cancelOnSignals } from '../process/signals.js';
import { standardError, standardOutput } from '../process/standard-streams.js';
import type { Cli } from './cli.js';
import { commands } from './commands/index.js';

/** Runs one command of `firn`; resolves with its exit code, and never rejects. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const cancelling = cancelOnSignals(err);
  let exitCode = 0;
  const cli: Cli = {
    signal: cancelling.signal,
    say: (text) => standardOutput.tell(`${text}\n`),
    note: err,
    endWith: (code) => (exitCode = code),
  };
  const program = firn(cli);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = error instanceof CommanderError ? misspelt(error, program, argv) : asFailure(error);
    return failed(failure, argv.includes('--json'));
  } finally {
    cancelling.stop();
  }
}

function firn(cli: Cli): Command {
  const program = new Command('firn')
    .description(
      'Backup and restore that proves itself: the platform in one command, and everything an operator does',
    )
    .version(PROGRAM_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: standardOutput.tell, writeErr: () => undefined });
  for (const add of commands) add(program, cli);
  return program;
}

function misspelt(error: CommanderError, program: Command, argv: readonly string[]): Failure {
  const { at, word } = reached(program, argv);
  const names = at.commands.map((command) => command.name());
  if (names.length > 0 && (word === undefined || error.code === 'commander.help')) {
    return new Failure(
      'input.unknown-option',
      `${pathOf(at)}: no command is given; there is ${names.join(', ')}`,
    );
  }
  if (names.length > 0 && word !== undefined) {
    return new Failure('input.unknown-option', `${pathOf(at)}: unknown command ${withNearest(word, names)}`, {
      word,
    });
  }
  return refusalOf(
    error,
    at.options.flatMap(({ long }) => (long ? [long] : [])),
  );
}

/** The command that the words lead to, and the first word that leads no further. */
function reached(program: Command, argv: readonly string[]): { at: Command; word: string | undefined } {
  let at = program;
  for (const word of argv.filter((each) => !each.startsWith('-'))) {
    const next = at.commands.find((command) => command.name() === word);
    if (!next) return { at, word };
    at = next;
  }
  return { at, word: undefined };
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function failed(failure: Failure, json: boolean): number {
  const { code, kind, message, hint, context } = failure;
  const exitCode = exitCodes[kind];
  if (json) err(JSON.stringify({ type: 'failure', code, kind, message, hint, exitCode, context }));
  else err([...linesOf(code, message, context['problems']), `  ${hint}`].join('\n'));
  return exitCode;
}

/** The failure, and when it has several problems each of them in a line of its own. */
function linesOf(code: string, message: string, problems: unknown): readonly string[] {
  if (!Array.isArray(problems) || problems.length < 2) return [`${code}: ${message}`];
  const each = (problems as readonly Problem[]).map((one) =>
    one.path === '' ? one.message : `${one.path}: ${one.message}`,
  );
  // The message names them, too.
  const at = message.indexOf(each[0] ?? '');
  return [
    `${code}: ${at > 0 ? message.slice(0, at).trimEnd() : message}`,
    ...each.map((line) => `  ${line}`),
  ];
}

function err(text: string): void {
  standardError.tell(`${text}\n`);
}
