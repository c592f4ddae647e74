import { apiConfig, apiOptionList, type ApiConfig } from '#config';
import { asFailure, exitCodes, jsonLogger, systemClock, type Failure, type Logger } from '#kernel';
import { parseOptions } from '../process/option-command.js';
import { cancelOnSignals } from '../process/signals.js';
import { standardError, standardOutput } from '../process/standard-streams.js';

const { tell: out } = standardOutput;
const { tell: err } = standardError;

/** Runs the API until it is told to stop; resolves with its exit code, and never rejects. */
export async function runApi(argv: readonly string[]): Promise<number> {
  let config: ApiConfig;
  try {
    const parsed = parseOptions(program, argv, { out });
    if (parsed === 'answered') return 0;
    config = await apiConfig(parsed);
  } catch (error) {
    const failure = asFailure(error);
    err(inWords(failure));
    return exitCodes[failure.kind];
  }
  const logger = jsonLogger(err, systemClock, config.logLevel);
  const stopping = cancelOnSignals(() => logger.info('stopping'));
  try {
    // What is heavy is not loaded for a help or a refusal.
    const { workUntil } = await import('./work-until.js');
    await workUntil(stopping.signal, config, logger, out);
    logger.info('stopped');
    return 0;
  } catch (error) {
    const failure = asFailure(error);
    if (stopping.signal.aborted && failure.kind === 'cancelled') return 0;
    return ended(failure, logger);
  } finally {
    stopping.stop();
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

const program = {
  name: 'firn-api',
  summary: 'The central API: stores jobs, runs and backups, and tells schedulers what there is to do',
  options: apiOptionList,
  examples: [
    'firn-api',
    'firn-api --state-dir /srv/firn --host 0.0.0.0',
    'DATABASE_URL=postgres://firn@db.example.org/firn firn-api --roles worker',
  ],
  notes: [
    '',
    'Without a database of its own choice it brings one, in the state directory.',
    'SIGTERM stops it: requests that are being answered get ten seconds.',
  ],
};
