import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PartScan } from './part-scan.js';
import {
  failedAnswer,
  memoryOf,
  type ScanAnswer,
  type ScanOrder,
  type ScanSettings,
} from './scan-messages.js';

if (!parentPort) throw new Error('scan-worker runs in a thread');
const port = parentPort;
const { file, ...options } = workerData as ScanSettings;
const scan = new PartScan(options);

// Nobody waits for this thread, so it may wait for tar: reading by libuv would be a change of threads for every 64 KiB.
port.on('message', ({ memory, filled }: ScanOrder) => {
  const answer = carryOut(Buffer.from(memory), filled);
  port.postMessage(answer, memoryOf(answer));
});

function carryOut(buffer: Buffer, given: number | undefined): ScanAnswer {
  let hasEnded = false;
  try {
    const filled = given ?? fill(buffer);
    hasEnded = filled < buffer.length;
    return { part: scan.take(buffer, filled) };
  } catch (error) {
    return failedAnswer(error, hasEnded);
  }
}

function fill(buffer: Buffer): number {
  if (file === undefined) throw new Error('there is no file to read from');
  for (let filled = 0; ;) {
    const bytes = filled < buffer.length ? readSync(file, buffer, filled, buffer.length - filled, null) : 0;
    if (bytes === 0) return filled;
    filled += bytes;
  }
}
