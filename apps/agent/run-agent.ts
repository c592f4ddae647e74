import { agentConfig, terminalFacts, type AgentAction, type AgentConfig } from '#config';
import { asFailure, exitCodes, Failure, type Logger } from '#kernel';
import type { ActionContext, ActionResult } from './action.js';
import { verbs } from './actions/index.js';
import { parseCommandLine } from './command-line.js';
import { openLog } from './compose.js';
import { JsonReporter } from './output/json-reporter.js';
import { ProgressLine } from './output/progress-line.js';
import type { Reporter, Summary } from './output/reporter.js';
import { TextReporter } from './output/text-reporter.js';
import { standardError, standardOutput } from '../process/standard-streams.js';
import { cancelOnSignals } from '../process/signals.js';

const { tell: out, give: data } = standardOutput;
const { tell: err } = standardError;

/** Runs the agent once; resolves with its exit code, and never rejects. */
export async function runAgent(argv: readonly string[]): Promise<number> {
  // Before the options are read it cannot be known for sure; what looks like the wish for JSON is taken as one.
  const early = reporterFor({ json: argv.includes('--json'), quiet: false, verbose: false }, 'list');
  let config: AgentConfig;
  let words: readonly string[];
  try {
    const parsed = parseCommandLine(argv, { out, err });
    if (parsed === 'answered') return 0;
    const { action, options } = parsed;
    if (action === undefined && Object.keys(options).length === 0) throw nothingAsked();
    config = await agentConfig({ ...(action ? { action } : {}), commandLine: options });
    words = parsed.words;
  } catch (error) {
    return failed(early, asFailure(error), 'none');
  }
  return act(config, words);
}

async function act(config: AgentConfig, words: readonly string[]): Promise<number> {
  const reporter = reporterFor(config, config.action);
  const cancelling = cancelOnSignals((text) => reporter.warning('cancelling', {}, text));
  try {
    const log = openLog(config);
    try {
      return finish(reporter, await dispatch(config, words, reporter, cancelling.signal, log.logger));
    } catch (error) {
      const failure = cancelling.signal.aborted ? cancelledBy(cancelling.signal, error) : asFailure(error);
      log.logger.error('action failed', {
        action: config.action,
        code: failure.code,
        failure: failure.message,
      });
      return failed(reporter, failure, config.action);
    } finally {
      log.close();
    }
  } catch (error) {
    return failed(reporter, asFailure(error), config.action);
  } finally {
    cancelling.stop();
  }
}

async function dispatch(
  config: AgentConfig,
  words: readonly string[],
  reporter: Reporter,
  signal: AbortSignal,
  logger: Logger,
): Promise<ActionResult> {
  const { run } = verbs[config.action];
  logger.info('action started', { action: config.action });
  const context = { config, words, reporter, signal, logger, data, watched: isWatched(config) };
  // The table pairs each verb with its own config; the compiler cannot follow one key through both sides.
  const result = await (run as (context: ActionContext<AgentAction>) => Promise<ActionResult>)(context);
  logger.info('action ended', {
    action: config.action,
    state: result.summary.state,
    exitCode: result.summary.exitCode,
  });
  return result;
}

function finish(reporter: Reporter, { summary, lines, failure }: ActionResult): number {
  if (failure) reporter.failure(failure);
  reporter.summary(summary, lines);
  return summary.exitCode;
}

function failed(reporter: Reporter, failure: Failure, action: string): number {
  const exitCode = exitCodes[failure.kind];
  const state: Summary['state'] = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
  reporter.failure(failure);
  reporter.summary({ action, state, exitCode, code: failure.code }, []);
  return exitCode;
}

interface OutputWishes {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

function reporterFor(wishes: OutputWishes, action: AgentAction): Reporter {
  // What `cat` prints is data, so everything else goes the other way.
  if (wishes.json) return new JsonReporter(action === 'cat' ? err : out);
  const { stderr } = process;
  const columns = stderr.isTTY && !terminalFacts().noColor ? () => stderr.columns || 80 : undefined;
  const progress = wishes.quiet ? undefined : new ProgressLine(err, columns);
  const verbosity = wishes.quiet ? 'quiet' : wishes.verbose ? 'verbose' : 'normal';
  return new TextReporter({ out: action === 'cat' ? err : out, err, progress, verbosity });
}

function isWatched({ json, quiet }: OutputWishes): boolean {
  return process.stderr.isTTY && !json && !quiet;
}

function cancelledBy(signal: AbortSignal, cause: unknown): Failure {
  const failure = asFailure(cause);
  return failure.kind === 'cancelled'
    ? failure
    : new Failure('run.cancelled', asFailure(signal.reason).message, {}, cause);
}

function nothingAsked(): Failure {
  return new Failure(
    'input.missing-option',
    `no action is given; there are ${Object.keys(verbs).join(', ')} (see --help)`,
    {},
  );
}
