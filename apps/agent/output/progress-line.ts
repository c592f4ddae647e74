import { formatBytes, formatDuration, formatRate } from '#config';
import { monotonicMs } from '#kernel';
import type { Progress } from './reporter.js';

const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;
const BAR = 24;

/**
 * Bytes, files, rate and time left. On a terminal one line that is drawn over itself, elsewhere a plain line now and
 * then. `columns` is the width of the terminal, asked anew each time, since windows are resized.
 */
export class ProgressLine {
  readonly #started = monotonicMs();
  #last: number;
  #drawn = false;

  constructor(
    private readonly write: (text: string) => void,
    private readonly columns: (() => number) | undefined,
  ) {
    // A plain line is for work that takes long; a terminal is drawn on at once.
    this.#last = columns ? -Infinity : this.#started;
  }

  show(progress: Progress): void {
    const now = monotonicMs();
    if (now - this.#last < (this.columns ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.#last = now;
    const text = progressText(progress, now - this.#started, this.columns !== undefined);
    if (!this.columns) return this.write(`${text}\n`);
    this.write(`\r\x1b[2K${text.slice(0, this.columns() - 1)}`);
    this.#drawn = true;
  }

  /** Takes the line away, so that another may be written. */
  clear(): void {
    if (this.#drawn) this.write('\r\x1b[2K');
    this.#drawn = false;
  }
}

/** `[#####-----]  42%  1.2 GiB of 2.9 GiB  1,204 files  310 MiB/s  5s left` */
export function progressText({ bytes, totalBytes, files }: Progress, ms: number, withBar: boolean): string {
  const share = totalBytes ? Math.min(1, bytes / totalBytes) : undefined;
  const left = share !== undefined && share > 0 && ms > 1000 ? (ms / share) * (1 - share) : undefined;
  const filled = Math.round((share ?? 0) * BAR);
  const parts = [
    withBar && share !== undefined ? `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]` : undefined,
    share === undefined ? undefined : `${Math.floor(share * 100)}%`.padStart(4),
    totalBytes ? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}` : formatBytes(bytes),
    files === undefined ? undefined : `${files.toLocaleString('en')} files`,
    formatRate(bytes, ms),
    left === undefined ? undefined : `${formatDuration(left)} left`,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}
