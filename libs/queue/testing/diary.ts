import { monotonicMs } from '#kernel';
import type { DutyHandler, DutyPayload } from '../queue.js';
import { until } from './until.js';

export interface Call {
  readonly payload: DutyPayload;
  readonly signal: AbortSignal;
  readonly atMs: number;
}

/** A handler that notes each call, and then does what it was told to do. */
export class Diary {
  readonly calls: Call[] = [];
  readonly #act: (call: Call, count: number) => void | Promise<void>;

  constructor(act: (call: Call, count: number) => void | Promise<void> = () => undefined) {
    this.#act = act;
  }

  readonly handler: DutyHandler = async (payload, signal) => {
    const call = { payload, signal, atMs: monotonicMs() };
    this.calls.push(call);
    await this.#act(call, this.calls.length);
  };

  /** Milliseconds between one call and the next. */
  get waits(): number[] {
    return this.calls.slice(1).map((call, index) => call.atMs - this.calls[index]!.atMs);
  }

  async reaches(count: number): Promise<void> {
    await until(`${count} calls, there were ${this.calls.length}`, () => this.calls.length >= count);
  }
}
