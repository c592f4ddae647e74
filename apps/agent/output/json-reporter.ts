import { exitCodes, monotonicMs, type Failure } from '#kernel';
import type { Progress, Reporter, Summary } from './reporter.js';

const PROGRESS_EVERY_MS = 1000;

/** One JSON object a line, for programs. `docs/agent.md` lists the types. */
export class JsonReporter implements Reporter {
  #lastProgress = -Infinity;

  constructor(private readonly write: (line: string) => void) {}

  event(type: string, facts: object): void {
    this.#line(type, facts);
  }

  warning(type: string, facts: object): void {
    this.#line(type, facts);
  }

  progress(progress: Progress): void {
    if (monotonicMs() - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#lastProgress = monotonicMs();
    this.#line('progress', progress);
  }

  item(type: string, facts: object): void {
    this.#line(type, facts);
  }

  failure(failure: Failure): void {
    const { code, kind, message, hint, context } = failure;
    this.#line('failure', { code, kind, message, hint, exitCode: exitCodes[kind], context });
  }

  summary(summary: Summary): void {
    this.#line('summary', summary);
  }

  #line(type: string, facts: object): void {
    // The type comes first for people who read along, and no fact may stand in its place.
    this.write(`${JSON.stringify(Object.assign({ type }, facts, { type }))}\n`);
  }
}
