import { Command, CommanderError } from 'commander';
import { dashedName, namesOf, secretRefused, type ProcessOption } from '#config';
import { Failure } from '#kernel';
import { commanderOption, givenTo } from './commander-option.js';
import { refusalOf, unknownOptionIn } from './commander-refusal.js';
import { PROGRAM_VERSION } from './program.js';

/** A program that takes options and nothing else. */
export interface OptionProgram {
  readonly name: string;
  /** One sentence for the help. */
  readonly summary: string;
  readonly options: readonly ProcessOption[];
  readonly examples: readonly string[];
  /** Further lines for the end of the help. */
  readonly notes?: readonly string[];
}

export interface HelpStreams {
  readonly out: (text: string) => void;
}

/** Help or the version was asked for and printed. */
export type Answered = 'answered';

/**
 * Reads the command line of a program. Options come as text under the names that they were given by, and only those
 * that were given; the config reads them. Rejects with `input.unknown-option`, `input.missing-option` or `input.invalid`, naming the nearest option.
 */
export function parseOptions(
  program: OptionProgram,
  argv: readonly string[],
  streams: HelpStreams,
): { readonly commandLine: Readonly<Record<string, unknown>> } | Answered {
  const command = optionCommand(program, streams).version(
    PROGRAM_VERSION,
    '-V, --version',
    'print the version',
  );
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 'answered';
    throw error;
  }
  return { commandLine: givenTo(command) };
}

/**
 * The program as a command, to be parsed or to be put below another one. Parsing it throws our failures, and
 * commander's error with exit code 0 when it has printed help.
 */
export function optionCommand(
  { name, summary, options, examples, notes = [] }: OptionProgram,
  { out }: HelpStreams,
): Command {
  const command = new Command(name)
    .description(summary)
    .configureOutput({ writeOut: out, writeErr: () => undefined })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : optionRefusal(error, options);
    })
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(false)
    .allowExcessArguments(false);
  for (const option of onCommandLine(options)) {
    command.addOption(commanderOption(option));
    for (const name of spellingsOf(option))
      command.addOption(commanderOption({ ...option, name, short: undefined }).hideHelp());
  }
  const variables = options.filter(({ secret }) => secret).map(({ variable }) => variable);
  const lines = [
    `Every option may also stand in the environment (${shownVariables(options)})${hasFile(options)}.`,
    ...(variables.length > 0
      ? [`Secrets stand there or in files of their own: ${variables.join(', ')}.`]
      : []),
    ...notes,
    '',
    'Examples:',
    ...examples.map((example) => `  ${example}`),
  ];
  return command.addHelpText('after', `\n${lines.join('\n')}`);
}

/** A refusal of commander's as one of our failures. A secret that was given as a value is not repeated. */
function optionRefusal(error: CommanderError, options: readonly ProcessOption[]): Failure {
  const name = dashedName(unknownOptionIn(error) ?? '');
  const secret = options.find((option) => option.secret && namesOf(option).includes(name));
  if (secret) {
    return new Failure('input.invalid', `--${secret.name}: ${secretRefused(secret, options)}`, {
      option: secret.name,
    });
  }
  const [, word] = /arguments? but got \d+: (.*)\.$/s.exec(error.message) ?? [];
  if (error.code === 'commander.excessArguments')
    return new Failure('input.invalid', `"${word ?? ''}" is no option, and nothing else is taken`, { word });
  const known = onCommandLine(options).map((option) => `--${option.name}`);
  return refusalOf(error, [...known, '--help', '--version']);
}

/** Further names, and all of them as Freezer writes them: `--concurrent_jobs`. */
function spellingsOf(option: ProcessOption): readonly string[] {
  const names = namesOf(option);
  const spellings = new Set([...names, ...names.map((name) => name.replaceAll('-', '_'))]);
  return [...spellings].filter((name) => name !== option.name);
}

function onCommandLine(options: readonly ProcessOption[]): readonly ProcessOption[] {
  return options.filter(({ secret }) => !secret);
}

function shownVariables(options: readonly ProcessOption[]): string {
  const [first, second] = onCommandLine(options);
  return `${[first, second].map((option) => option?.variable).join(', ')}, …`;
}

function hasFile(options: readonly ProcessOption[]): string {
  return options.some(({ key }) => key === 'config') ? ' or in a file (--config)' : '';
}
