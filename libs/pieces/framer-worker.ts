import { parentPort, workerData } from 'node:worker_threads';
import type { FramedRows } from './frame-filler.js';
import type { Order, ThreadSettings } from './orders.js';
import { StreamCutter } from './stream-cutter.js';

// Nothing of #kernel is loaded here: that would take longer than framing a small backup. Orders are checked where they
// are made.
if (!parentPort) throw new Error('framer-worker runs in a thread');
const port = parentPort;
const cutter = new StreamCutter(workerData as ThreadSettings);

// What is thrown here ends the thread, and FramingThread hears of it.
port.on('message', (order: Order) => {
  const ready = carryOut(order);
  const memory = ready.flatMap(({ frame, extents, pieces }) => [
    ...(frame ? [frame.buffer] : []),
    extents.buffer,
    pieces.buffer,
  ]);
  port.postMessage(ready, memory);
});

function carryOut(order: Order): FramedRows[] {
  switch (order.order) {
    case 'know':
      cutter.know(order.pieces);
      return [];
    case 'frame':
      return framePart(order.bytes, order.contents);
    case 'end':
      return cutter.end();
  }
}

function framePart(
  { buffer, byteOffset, length }: Uint8Array,
  contents: Extract<Order, { order: 'frame' }>['contents'],
): FramedRows[] {
  const ready = cutter.push(Buffer.from(buffer, byteOffset, length), contents);
  // Freed here, not by the garbage collector some hundred parts later.
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  return ready;
}
