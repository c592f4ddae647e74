import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Failure } from '#kernel';
import type { PartBuffers } from '../../archive-engine.js';
import {
  failureOf,
  handedOver,
  type ScanAnswer,
  type ScanOrder,
  type ScanSettings,
} from './scan-messages.js';
import type { ScannedPart, ScannedParts } from './scanned-part.js';

/** Entries live for a moment there; a directory of a million names needs an old generation without limit. */
const HEAP = { maxYoungGenerationSizeMb: 2 };

/**
 * Reads, scans and digests what tar writes in a thread of its own. It fills one buffer while the one before is in use.
 * When the thread fails or ends by itself, so do the parts, with `internal.unexpected`.
 */
export class ScanThread implements ScannedParts {
  hasEnded = false;
  readonly #worker: Worker;
  readonly #file: number;
  #asked: PromiseWithResolvers<ScannedPart> | undefined;
  #end: Failure | undefined;

  /** Takes over the file. `script` is another one only in tests. */
  constructor(
    settings: ScanSettings,
    private readonly buffers: PartBuffers,
    script = new URL('./scan-worker.js', import.meta.url),
  ) {
    this.#file = settings.file;
    this.#worker = new Worker(script, { workerData: settings, resourceLimits: HEAP });
    this.#worker.on('message', (answer: ScanAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(`the scanning thread failed: ${textOf(error)}`, error));
    this.#worker.on('messageerror', (error) => this.#fail('the scanning thread is not understood', error));
    this.#worker.on('exit', (code) => this.#fail(`the scanning thread ended with code ${code}`));
  }

  async *all(): AsyncGenerator<ScannedPart> {
    for (let next = this.#ask(); ;) {
      const part = await next;
      if (!part.isLast) next = this.#ask();
      yield part;
      if (part.isLast) return;
    }
  }

  /** To be called when tar has ended: a read that is under way would wait for it. */
  async close(): Promise<void> {
    this.#finish(new Failure('run.cancelled', 'the scanning thread has been closed'));
    await this.#worker.terminate();
    closeSync(this.#file);
  }

  #ask(): Promise<ScannedPart> {
    const asked = Promise.withResolvers<ScannedPart>();
    // Whoever stops reading does not wait for the part that is on its way.
    asked.promise.catch(() => undefined);
    if (this.#end) {
      asked.reject(this.#end);
    } else {
      this.#asked = asked;
      const order: ScanOrder = { memory: this.buffers.take().buffer };
      this.#worker.postMessage(order, handedOver(order.memory));
    }
    return asked.promise;
  }

  #take(answer: ScanAnswer): void {
    if ('part' in answer) {
      this.hasEnded = answer.part.isLast;
      this.#asked?.resolve(answer.part);
    } else {
      this.hasEnded = answer.hasEnded;
      this.#asked?.reject(failureOf(answer));
    }
  }

  #fail(message: string, cause?: unknown): void {
    this.#finish(new Failure('internal.unexpected', message, {}, cause));
  }

  /** Only the first end counts: a thread that failed exits, too. */
  #finish(end: Failure): void {
    this.#end ??= end;
    this.#asked?.reject(this.#end);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
