import { monotonicMs } from '#kernel';
import type { RunView } from '#node-protocol';
import { progressText } from '../../agent/output/progress-line.js';

const PLAIN_EVERY_MS = 10_000;

/**
 * How far a run is: on a terminal one line that is drawn over itself, elsewhere a plain line now and then. Rate and time
 * left count from the beginning of the attempt, whenever somebody began to look on.
 */
export class RunProgress {
  #last = monotonicMs();
  #drawn = false;

  /** `columns` is the width of the terminal, asked anew each time; `undefined` where there is none. */
  constructor(
    private readonly write: (text: string) => void,
    private readonly columns: (() => number) | undefined,
  ) {}

  show(run: RunView): void {
    const { progress } = run;
    if (!progress) return this.clear();
    const text = progressText(progress, elapsedMs(run, progress), this.columns !== undefined);
    if (this.columns) {
      this.write(`\r\x1b[2K${text.slice(0, this.columns() - 1)}`);
      this.#drawn = true;
    } else if (monotonicMs() - this.#last >= PLAIN_EVERY_MS) {
      this.#last = monotonicMs();
      this.write(`${text}\n`);
    }
  }

  /** Takes the line away, so that another may be written. */
  clear(): void {
    if (this.#drawn) this.write('\r\x1b[2K');
    this.#drawn = false;
  }
}

/** Until the news came, by the clocks that told it. */
function elapsedMs(run: RunView, { action, attempt }: NonNullable<RunView['progress']>): number {
  const going = run.attempts.find((one) => one.action === action && one.attempt === attempt);
  const began = going?.startedAt ?? run.startedAt ?? run.claimedAt;
  return Math.max(0, Date.parse(run.heartbeatAt ?? run.updatedAt) - Date.parse(began));
}
