import type { Failure } from '#kernel';
import type { ProgressLine } from './progress-line.js';
import type { Progress, Reporter, Summary } from './reporter.js';

export interface TextStreams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly progress: ProgressLine | undefined;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
}

/** Lines for people: results on standard output, everything else on standard error. */
export class TextReporter implements Reporter {
  constructor(private readonly streams: TextStreams) {}

  event(_type: string, _facts: object, text?: string): void {
    if (text !== undefined && this.streams.verbosity === 'verbose') this.#err(text);
  }

  warning(_type: string, _facts: object, text: string): void {
    if (this.streams.verbosity !== 'quiet') this.#err(text);
  }

  progress(progress: Progress): void {
    this.streams.progress?.show(progress);
  }

  item(_type: string, _facts: object, text: string): void {
    if (text === '') return;
    this.streams.progress?.clear();
    this.streams.out(`${text}\n`);
  }

  failure(failure: Failure): void {
    this.#err(`${failure.code}: ${failure.message}\n  ${failure.hint}`);
  }

  summary(_summary: Summary, lines: readonly string[]): void {
    this.streams.progress?.clear();
    if (this.streams.verbosity === 'quiet') return;
    for (const line of lines) this.streams.out(`${line}\n`);
  }

  #err(text: string): void {
    this.streams.progress?.clear();
    this.streams.err(`${text}\n`);
  }
}
