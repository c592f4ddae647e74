import {
  asFailure,
  exitCodes,
  jsonLogger,
  systemClock,
  type Failure,
  type Logger,
  type LogLevel,
} from '#kernel';
import { parseOptions, type OptionProgram } from './option-command.js';
import { cancelOnSignals } from './signals.js';
import { standardError, standardOutput } from './standard-streams.js';

const { tell: out } = standardOutput;
const { tell: err } = standardError;

/** A program that works until it is told to stop. */
export interface ServiceProgram<Config extends { readonly logLevel: LogLevel }> extends OptionProgram {
  config(given: { readonly commandLine: Readonly<Record<string, unknown>> }): Promise<Config>;
  /** What the log says at the first signal. */
  readonly stopping: string;
  /** Works until `stopping` is aborted. `out` prints what a person must see. */
  work(config: Config, parts: ServiceWork): Promise<void>;
}

export interface ServiceWork {
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  readonly out: (text: string) => void;
}

/** Runs a service; resolves with its exit code, and never rejects. Its log is JSON lines on standard error. */
export async function runService<Config extends { readonly logLevel: LogLevel }>(
  program: ServiceProgram<Config>,
  argv: readonly string[],
): Promise<number> {
  let config: Config;
  try {
    const parsed = parseOptions(program, argv, { out });
    if (parsed === 'answered') return 0;
    config = await program.config(parsed);
  } catch (error) {
    const failure = asFailure(error);
    err(inWords(failure));
    return exitCodes[failure.kind];
  }
  const logger = jsonLogger(err, systemClock, config.logLevel);
  const signals = cancelOnSignals(() => logger.info(program.stopping));
  try {
    await program.work(config, { logger, stopping: signals.signal, out });
    return 0;
  } catch (error) {
    const failure = asFailure(error);
    if (signals.signal.aborted && failure.kind === 'cancelled') return 0;
    return ended(failure, logger);
  } finally {
    signals.stop();
  }
}

function ended(failure: Failure, logger: Logger): number {
  const { code, message, hint, kind, context, stack } = failure;
  const facts = { code, failure: message, hint, context };
  logger.error('ended', kind === 'internal' ? { ...facts, stack } : facts);
  // Whoever started it by hand reads no JSON.
  if (process.stderr.isTTY) err(inWords(failure));
  return exitCodes[kind];
}

function inWords({ code, message, hint }: Failure): string {
  return `${code}: ${message}\n  ${hint}\n`;
}
