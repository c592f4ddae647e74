import { frameBytesFor, type WriterLimits } from '#backup-set';
import { formatBytes } from '#config';
import { Failure } from '#kernel';

/** Options that decide how much is held. */
export interface Pace {
  readonly concurrency: number;
  readonly queueSize?: number | undefined;
  readonly memoryLimit?: number | undefined;
  readonly maxSegmentSize: number;
}

/**
 * What the agent and tar take beside frames and segments: Node and its code, compressors, what waits to be collected.
 * Measured: peaks of 250 MiB with 72 MiB of segments (docs/performance.md).
 */
const OWN_BYTES = 160 << 20;
/** A frame waits plain, and is packed into a second buffer before the first is free. */
const FRAME_COPIES = 1.5;
/** More at a time would only help a storage that is slow with each single one. */
const UPLOADS = 4;

/**
 * How much a backup may hold. A segment waits in memory until it is stored, since its put may have to be repeated, while
 * the next is filled: of large ones an eighth of a segment more is enough to go on meanwhile. `input.invalid` when the limit
 * leaves no room for a single segment.
 */
export function writerLimits({ concurrency, queueSize, memoryLimit, maxSegmentSize }: Pace): WriterLimits {
  const queue = queueSize ?? concurrency + 1;
  const usual = { queue, uploads: UPLOADS, bytes: Math.ceil(maxSegmentSize * 1.125) };
  if (memoryLimit === undefined) return usual;
  const beside = OWN_BYTES + Math.ceil(queue * frameBytesFor(maxSegmentSize) * FRAME_COPIES);
  const bytes = memoryLimit - beside;
  if (bytes < maxSegmentSize) throw tooLittle(memoryLimit, beside, maxSegmentSize, queue);
  return { ...usual, bytes };
}

function tooLittle(memoryLimit: number, beside: number, maxSegmentSize: number, queue: number): Failure {
  const [given, needed, segment] = [memoryLimit, beside + maxSegmentSize, maxSegmentSize].map(formatBytes);
  return new Failure(
    'input.invalid',
    `--memory-limit ${given} is too little for segments of ${segment} and a queue of ${queue}: that takes ${needed}; ` +
      'raise it, or make --max-segment-size or --queue-size smaller',
    { memoryLimit, needed: beside + maxSegmentSize },
  );
}
