import type { ArchivePart } from '../../../archive-engine.js';
import type { PartScanOptions } from './part-scan.js';
import type { ScanOrder } from './scan-messages.js';
import { ScanThread } from './scan-thread.js';
import { archivePart, type ScannedPart } from './scanned-part.js';

const BUFFER_BYTES = 1 << 20;
/** Buffers that are scanned, or whose parts have not been handed over. */
const MOST_OPEN = 4;

/**
 * Reads a whole stream again in a thread of its own, so that digesting costs the caller a copy. Pieces may be emptied as
 * soon as the next one is asked for, and so are the parts that are given. Rejects as the scan of a part throws, with what
 * `bytes` rejects with, and with `internal.unexpected` when the thread fails. Memory held: {@link MOST_OPEN} MiB. `script`
 * is another one only in tests.
 */
export async function* readApart(
  bytes: AsyncIterable<Uint8Array>,
  { digest }: Pick<PartScanOptions, 'digest'>,
  script?: URL,
): AsyncGenerator<ArchivePart> {
  const thread = new ScanThread({ digest }, script);
  const free = Array.from({ length: MOST_OPEN }, () => new SharedArrayBuffer(BUFFER_BYTES));
  const open: { readonly memory: SharedArrayBuffer; readonly scanned: Promise<ScannedPart> }[] = [];
  async function* oldest(): AsyncGenerator<ArchivePart> {
    const taken = open.shift();
    if (!taken) return;
    const part = archivePart(await taken.scanned);
    if (part.bytes.length > 0) yield part;
    free.push(taken.memory);
  }
  try {
    for await (const order of ordersOf(bytes, () => free.pop() ?? new SharedArrayBuffer(BUFFER_BYTES))) {
      open.push({ memory: order.memory, scanned: thread.ask(order) });
      if (open.length === MOST_OPEN) yield* oldest();
    }
    while (open.length > 0) yield* oldest();
  } finally {
    await thread.close();
  }
}

interface FilledOrder extends ScanOrder {
  readonly memory: SharedArrayBuffer;
}

/** The last buffer, and only that, is not full. */
async function* ordersOf(
  bytes: AsyncIterable<Uint8Array>,
  take: () => SharedArrayBuffer,
): AsyncGenerator<FilledOrder> {
  let memory = take();
  let filled = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length;) {
      const some = piece.subarray(at, at + memory.byteLength - filled);
      new Uint8Array(memory, filled).set(some);
      at += some.length;
      filled += some.length;
      if (filled < memory.byteLength) continue;
      yield { memory, filled };
      memory = take();
      filled = 0;
    }
  }
  yield { memory, filled };
}
