import { isMarkedAsUntransferable, Worker } from 'node:worker_threads';
import { Failure } from '#kernel';
import { framedOf, type FramedReply, type Order, type ThreadSettings } from './orders.js';
import type { Framed } from './framer.js';

/** What it holds in JavaScript is little and short-lived; tables and frames lie outside of its heap. */
const HEAP = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** The thread that cuts, hashes and fills frames. It runs from the beginning, and ends by `close` or by its own fault. */
export class FramingThread {
  readonly #worker: Worker;
  /** Orders without an answer, in order. */
  readonly #asked: PromiseWithResolvers<Framed[]>[] = [];
  #end: Failure | undefined;
  #heard: (end: Failure) => void = () => {};

  constructor(settings: ThreadSettings) {
    this.#worker = new Worker(new URL('./framer-worker.js', import.meta.url), {
      workerData: settings,
      resourceLimits: HEAP,
    });
    this.#worker.on('message', (ready: readonly FramedReply[]) => {
      this.#asked.shift()?.resolve(ready.map(framedOf));
    });
    this.#worker.on('error', (error) => this.#fail(`the framing thread failed: ${textOf(error)}`, error));
    this.#worker.on('messageerror', (error) => this.#fail('the framing thread is not understood', error));
    this.#worker.on('exit', (code) => this.#fail(`the framing thread ended with code ${code}`));
  }

  /** Calls `heard` when the thread is over, now or later, with what an order would reject with. */
  onEnd(heard: (end: Failure) => void): void {
    this.#heard = heard;
    if (this.#end) heard(this.#end);
  }

  /** What became ready by it. Rejects with `internal.unexpected`, or with `run.cancelled` once closed. */
  ask(order: Order): Promise<Framed[]> {
    if (this.#end) return Promise.reject(this.#end);
    const answer = Promise.withResolvers<Framed[]>();
    this.#asked.push(answer);
    this.#worker.postMessage(order, memoryOf(order));
    return answer.promise;
  }

  async close(): Promise<void> {
    this.#finish(new Failure('run.cancelled', 'the framer has been closed'));
    await this.#worker.terminate();
  }

  #fail(message: string, cause?: unknown): void {
    this.#finish(new Failure('internal.unexpected', message, {}, cause));
  }

  /** Only the first end counts: a thread that failed exits, too. */
  #finish(end: Failure): void {
    if (this.#end) return;
    this.#end = end;
    for (const answer of this.#asked.splice(0)) answer.reject(end);
    this.#heard(end);
  }
}

/** The memory that changes hands with an order. */
function memoryOf(order: Order): ArrayBuffer[] {
  switch (order.order) {
    case 'know':
      return [order.pieces.buffer];
    case 'frame':
      return ownMemory(order.bytes);
    case 'end':
      return [];
  }
}

/** A view into the midst of memory has neighbours there. */
function ownMemory({ buffer, byteOffset }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && byteOffset === 0 && !isMarkedAsUntransferable(buffer)
    ? [buffer]
    : [];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
