import { closeSync } from 'node:fs';
import type { BulkOutput } from '#host';
import type { PartBuffers } from '../../../archive-engine.js';
import { PartScan, type PartScanOptions } from './part-scan.js';
import { ScanThread } from './scan-thread.js';
import type { ScannedPart, ScannedParts } from './scanned-part.js';

/** In a thread of its own when there is an open file that it can read. `script` is another one only in tests. */
export function scannedParts(
  output: BulkOutput,
  options: PartScanOptions,
  buffers: PartBuffers,
  script?: URL,
): ScannedParts {
  const file = output.handOver?.();
  if (file === undefined) return new PlainParts(output, options, buffers);
  const { root, digest } = options;
  return new ThreadParts(file, new ScanThread({ file, root, digest }, script), buffers);
}

/** The thread fills one buffer while the one before is in use. */
class ThreadParts implements ScannedParts {
  /** Takes over the file. */
  constructor(
    private readonly file: number,
    private readonly thread: ScanThread,
    private readonly buffers: PartBuffers,
  ) {}

  get hasEnded(): boolean {
    return this.thread.hasEnded;
  }

  async *all(): AsyncGenerator<ScannedPart> {
    const ask = () => this.thread.ask({ memory: this.buffers.take().buffer });
    for (let next = ask(); ;) {
      const part = await next;
      if (!part.isLast) next = ask();
      yield part;
      if (part.isLast) return;
    }
  }

  async close(): Promise<void> {
    await this.thread.close();
    closeSync(this.file);
  }
}

class PlainParts implements ScannedParts {
  hasEnded = false;

  constructor(
    private readonly output: BulkOutput,
    private readonly options: PartScanOptions,
    private readonly buffers: PartBuffers,
  ) {}

  async *all(): AsyncGenerator<ScannedPart> {
    const scan = new PartScan(this.options);
    while (!this.hasEnded) {
      const buffer = this.buffers.take();
      const filled = await this.output.fill(buffer);
      this.hasEnded = filled < buffer.length;
      yield scan.take(buffer, filled);
    }
  }

  async close(): Promise<void> {}
}
