import { Worker } from 'node:worker_threads';
import { Failure } from '#kernel';
import {
  failureOf,
  handedOver,
  type ScanAnswer,
  type ScanOrder,
  type ScanSettings,
} from './scan-messages.js';
import type { ScannedPart } from './scanned-part.js';

/** Entries live for a moment there; a directory of a million names needs an old generation without limit. */
const HEAP = { maxYoungGenerationSizeMb: 2 };

/**
 * Scans and digests in a thread of its own, and reads there what tar writes. When the thread fails or ends by itself, so
 * does what it was asked, with `internal.unexpected`.
 */
export class ScanThread {
  /** Whether all that tar wrote has been read. */
  hasEnded = false;
  readonly #worker: Worker;
  /** Orders without an answer, in order. */
  readonly #asked: PromiseWithResolvers<ScannedPart>[] = [];
  #end: Failure | undefined;

  /** `script` is another one only in tests. */
  constructor(settings: ScanSettings, script = new URL('./scan-worker.js', import.meta.url)) {
    this.#worker = new Worker(script, { workerData: settings, resourceLimits: HEAP });
    this.#worker.on('message', (answer: ScanAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(`the scanning thread failed: ${textOf(error)}`, error));
    this.#worker.on('messageerror', (error) => this.#fail('the scanning thread is not understood', error));
    this.#worker.on('exit', (code) => this.#fail(`the scanning thread ended with code ${code}`));
  }

  /** Rejects as {@link PartScan} throws. Memory that is not shared changes hands. */
  ask(order: ScanOrder): Promise<ScannedPart> {
    const asked = Promise.withResolvers<ScannedPart>();
    // Whoever stops reading does not wait for the part that is on its way.
    asked.promise.catch(() => undefined);
    if (this.#end) {
      asked.reject(this.#end);
    } else {
      this.#asked.push(asked);
      this.#worker.postMessage(order, handedOver(order.memory));
    }
    return asked.promise;
  }

  /** What is still asked rejects with `run.cancelled`. A read of what tar writes would first wait for tar. */
  async close(): Promise<void> {
    this.#finish(new Failure('run.cancelled', 'the scanning thread has been closed'));
    await this.#worker.terminate();
  }

  #take(answer: ScanAnswer): void {
    const asked = this.#asked.shift();
    if ('part' in answer) {
      this.hasEnded = answer.part.isLast;
      asked?.resolve(answer.part);
    } else {
      this.hasEnded = answer.hasEnded;
      asked?.reject(failureOf(answer));
    }
  }

  #fail(message: string, cause?: unknown): void {
    this.#finish(new Failure('internal.unexpected', message, {}, cause));
  }

  /** Only the first end counts: a thread that failed exits, too. */
  #finish(end: Failure): void {
    this.#end ??= end;
    for (const asked of this.#asked.splice(0)) asked.reject(this.#end);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
