import type { BulkOutput } from '#host';
import type { PartBuffers } from '../../archive-engine.js';
import { BLOCK, malformed } from './tar-header.js';

/** What tar writes, in whole blocks: each buffer is full, but for the last. */
export class BulkBlocks {
  /** Whether all that tar wrote has been read. */
  hasEnded = false;

  constructor(
    private readonly output: BulkOutput,
    private readonly buffers: PartBuffers,
  ) {}

  /** Rejects with `engine.stream-malformed` when the last block is not whole. Memory held: one buffer. */
  async *all(): AsyncGenerator<Buffer> {
    for (let offset = 0; !this.hasEnded; offset += this.buffers.bytes) {
      const buffer = this.buffers.take();
      const filled = await this.output.fill(buffer);
      this.hasEnded = filled < buffer.length;
      if (filled % BLOCK !== 0) throw malformed(offset + filled, 'it ends in the middle of a block');
      if (filled > 0) yield buffer.subarray(0, filled);
    }
  }
}
