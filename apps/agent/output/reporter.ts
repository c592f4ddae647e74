import type { Failure } from '#kernel';

/** How far long work has come. Counts that are not known are missing. */
export interface Progress {
  readonly bytes: number;
  readonly totalBytes?: number | undefined;
  readonly files?: number | undefined;
}

export type SummaryState = 'succeeded' | 'incomplete' | 'failed' | 'cancelled';

/** The last thing an action says. */
export interface Summary {
  readonly action: string;
  readonly state: SummaryState;
  readonly exitCode: number;
  readonly [fact: string]: unknown;
}

/**
 * What an action tells while it works and when it ends. The same calls become lines for people or, with `--json`, one
 * object a line: `{"type":"level-chosen",…}`, `{"type":"progress",…}`, `{"type":"failure",…}`, and last
 * `{"type":"summary",…}`.
 */
export interface Reporter {
  /** Something that happened; `text` for people, who see it only when they asked for much. */
  event(type: string, facts: object, text?: string): void;
  /** Something a person must know although the work goes on. */
  warning(type: string, facts: object, text: string): void;
  progress(progress: Progress): void;
  /** A row of what was asked for: a restore point, a file. No text when people see it in a table of the summary. */
  item(type: string, facts: object, text: string): void;
  failure(failure: Failure): void;
  summary(summary: Summary, lines: readonly string[]): void;
}
