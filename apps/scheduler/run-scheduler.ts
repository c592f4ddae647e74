import { schedulerConfig, schedulerOptionList, type SchedulerConfig } from '#config';
import { asFailure, exitCodes, jsonLogger, systemClock, type Failure, type Logger } from '#kernel';
import { parseOptions } from '../process/option-command.js';
import { cancelOnSignals } from '../process/signals.js';
import { standardError, standardOutput } from '../process/standard-streams.js';

const { tell: out } = standardOutput;
const { tell: err } = standardError;

/** Runs the scheduler until it is told to stop; resolves with its exit code, and never rejects. */
export async function runScheduler(argv: readonly string[]): Promise<number> {
  let config: SchedulerConfig;
  let given: Parameters<typeof schedulerConfig>[0];
  try {
    const parsed = parseOptions(program, argv, { out });
    if (parsed === 'answered') return 0;
    given = parsed;
    config = await schedulerConfig(given);
  } catch (error) {
    const failure = asFailure(error);
    err(inWords(failure));
    return exitCodes[failure.kind];
  }
  const logger = jsonLogger(err, systemClock, config.logLevel);
  const stopping = cancelOnSignals(() => logger.info('stopping; takes no new work'));
  try {
    const { compose } = await import('./compose.js');
    await using scheduler = await compose(config, () => schedulerConfig(given), logger, stopping.signal);
    await scheduler.run();
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
  name: 'firn-scheduler',
  summary: 'Runs the jobs of this machine: asks the API for them, reads job files, and starts firn-agent',
  options: schedulerOptionList,
  examples: [
    'firn-scheduler --api-url https://backup.example.org --username web1 --password-file /etc/firn/password',
    'firn-scheduler --credentials-file /etc/firn/account.json --jobs-dir /etc/firn/jobs.d --concurrent-jobs 4',
  ],
  notes: [
    '',
    'SIGTERM and SIGINT stop it: it takes no new work, waits --stop-grace-seconds for agents that run, and ends with 0.',
    'Agents that are not done by then go on by themselves; the next start finds them and reports what they did. A',
    'service manager that ends them as well must leave them alone (systemd: KillMode=process).',
  ],
};
