import type { NodeLink } from '#api-client';
import { asFailure, type Clock, type Logger } from '#kernel';
import type { ReportRequest } from '#node-protocol';
import type { ApiHealth } from '../api-health.js';
import { isDisowned, isPassing, waitAfter } from '../backoff.js';

export interface ReporterParts {
  readonly link: Pick<NodeLink, 'report'>;
  readonly clock: Clock;
  readonly health: ApiHealth;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Reports the end of a run until the API has taken it, or wants to hear nothing of it. */
export async function reportUntilTaken(
  runId: string,
  report: ReportRequest,
  { link, clock, health, logger, random }: ReporterParts,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await link.report(runId, report, signal);
      health.answered();
      return logger.info('run reported', { state: report.state });
    } catch (error) {
      signal.throwIfAborted();
      const failure = asFailure(error);
      const facts = { code: failure.code, reason: failure.message };
      if (isDisowned(failure)) return logger.warn('the end of the run is not wanted any more', facts);
      if (!isPassing(failure)) return logger.error('the API refuses the end of the run', facts);
      health.failed(failure);
      await clock.sleep(waitAfter(failure, tries, random), signal);
    }
  }
}
