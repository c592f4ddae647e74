import type { CommanderError } from 'commander';
import { Failure, withNearest } from '#kernel';

/** The option that commander does not know, without a value that may hang on it. */
export function unknownOptionIn(error: CommanderError): string | undefined {
  if (error.code !== 'commander.unknownOption') return undefined;
  return /'(-[^'=]*)/.exec(error.message)?.[1] ?? '';
}

/** What commander does not like, as one of our failures; `known` are the options there are, with their dashes. */
export function refusalOf(error: CommanderError, known: readonly string[]): Failure {
  const option = unknownOptionIn(error);
  if (option !== undefined)
    return new Failure('input.unknown-option', `unknown option ${withNearest(option, known)}`, { option });
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const code = error.code === 'commander.optionMissingArgument' ? 'input.missing-option' : 'input.invalid';
  return new Failure(code, message, {});
}
