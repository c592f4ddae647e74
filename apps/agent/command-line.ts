import { Command, CommanderError } from 'commander';
import { AGENT_ACTIONS, agentOptionList, canonicalArguments, optionsFor, type AgentAction } from '#config';
import { Failure, withNearest } from '#kernel';
import { commanderOption, givenTo } from '../process/commander-option.js';
import { refusalOf as plainRefusalOf } from '../process/commander-refusal.js';
import { verbs, type VerbWords } from './actions/index.js';
import { PROGRAM_VERSION } from '../process/program.js';

/** What a command line asks for. */
export interface ParsedCommandLine {
  /** None when only a config file says what to do. */
  readonly action: AgentAction | undefined;
  /** Options by key, as text; only those that were given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

/** Help or the version was asked for and printed. */
export type Answered = 'answered';

export interface HelpStreams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * Reads a command line, also one in Freezer's spelling. Rejects with `input.unknown-option` or `input.invalid`, naming
 * the nearest option or action. Help goes to `out`; asked for by giving nothing at all, it goes to `err` and is refused.
 */
export function parseCommandLine(
  argv: readonly string[],
  streams: HelpStreams,
): ParsedCommandLine | Answered {
  const given = canonicalArguments(argv);
  let parsed: ParsedCommandLine | undefined;
  const program = agentProgram(streams, (found) => (parsed = found));
  try {
    program.parse([...given], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 'answered';
    throw refusalOf(error, given);
  }
  return parsed ?? { action: undefined, options: {}, words: [] };
}

function agentProgram(streams: HelpStreams, found: (parsed: ParsedCommandLine) => void): Command {
  const program = new Command('firn-agent')
    .description('Backs up, restores and proves it; needs no server')
    .version(PROGRAM_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: () => undefined })
    .showSuggestionAfterError(false)
    .addHelpText(
      'after',
      `\nEvery option may also stand in a file (--config) or in the environment (FIRN_ and its name).`,
    );
  for (const action of AGENT_ACTIONS) addVerb(program, action, found);
  // Without an action: it stands in the config file, as in Freezer's job files.
  for (const option of agentOptionList)
    if (option.name !== 'action') program.addOption(commanderOption(option).hideHelp());
  program.action(() => found({ action: undefined, options: givenTo(program), words: [] }));
  return program;
}

function addVerb(program: Command, action: AgentAction, found: (parsed: ParsedCommandLine) => void): void {
  const { summary, words, examples } = verbs[action];
  const command = program.command(`${action} ${words}`.trim()).description(summary);
  if (action === 'prune') command.alias('admin');
  for (const option of optionsFor(action))
    if (option.name !== 'action') command.addOption(commanderOption(option));
  // For who wants to say what is so anyhow, against a file that says otherwise.
  for (const option of optionsFor(action))
    for (const name of option.opposites ?? [])
      command.addOption(commanderOption({ name, help: option.help }).hideHelp());
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
  command.action((...args: unknown[]) => {
    const given = args
      .slice(0, -2)
      .flat()
      .filter((word) => typeof word === 'string');
    const options: Record<string, unknown> = { ...givenTo(program), ...givenTo(command) };
    found({ action, ...assigned(verbs[action], given, options) });
  });
}

/** Words that are the value of an option, put where they belong. */
function assigned(
  { firstIsId, wordsAreCommand, idByDefault }: VerbWords,
  words: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Pick<ParsedCommandLine, 'options' | 'words'> {
  if (wordsAreCommand && words.length > 0) return { options: { ...options, command: words }, words: [] };
  if (!firstIsId || options['backupId'] !== undefined) return { options, words };
  const [backupId = idByDefault, ...rest] = words;
  return backupId === undefined ? { options, words } : { options: { ...options, backupId }, words: rest };
}

function refusalOf(error: CommanderError, given: readonly string[]): Failure {
  if (error.code === 'commander.excessArguments' || error.code === 'commander.unknownCommand') {
    const word = given.find((argument) => !argument.startsWith('-')) ?? '';
    const known = (AGENT_ACTIONS as readonly string[]).includes(word);
    if (!known) {
      const what = `unknown action ${withNearest(word, AGENT_ACTIONS)}; there are ${AGENT_ACTIONS.join(', ')}`;
      return new Failure('input.invalid', what, { word });
    }
  }
  const action = AGENT_ACTIONS.find((known) => given.includes(known));
  const options = action ? optionsFor(action) : agentOptionList;
  return plainRefusalOf(
    error,
    options.map((option) => `--${option.name}`),
  );
}
