import { isFailure } from '#kernel';
import { mapInOrder } from '#codecs';
import type { FrameSource } from './frame-source.js';
import type { FrameTicket } from './frame-ticket.js';

/** Frames that lie one behind the other in a segment, to be fetched by one read. */
interface Run {
  readonly source: FrameSource;
  readonly segment: number;
  readonly start: number;
  end: number;
  readonly tickets: { readonly ticket: FrameTicket; readonly stored: number }[];
}

/** Fetches frames, neighbours together, and `lanes` reads at a time. What is missing fails its ticket, not the others. */
export async function fetchFrames(
  tickets: readonly FrameTicket[],
  lanes: number,
  signal: AbortSignal,
): Promise<void> {
  const fetched = mapInOrder(each(runsOf(tickets)), lanes, fetchRun, signal);
  for await (const _ of fetched) continue;
}

function runsOf(tickets: readonly FrameTicket[]): Run[] {
  const runs: Run[] = [];
  /** Where a run could go on. */
  const open = new Map<FrameSource, Run>();
  for (const ticket of tickets) {
    const { source, row } = ticket;
    if (!source || !row || !ticket.isWanted) continue;
    const { segment, offset, stored } = row;
    let run = open.get(source);
    if (!run || run.segment !== segment || run.end !== offset) {
      run = { source, segment, start: offset, end: offset, tickets: [] };
      open.set(source, run);
      runs.push(run);
    }
    run.end = offset + stored;
    run.tickets.push({ ticket, stored });
  }
  return runs;
}

async function fetchRun(run: Run, signal: AbortSignal): Promise<void> {
  const { source, segment, start, end, tickets } = run;
  try {
    await scatter(await source.fetch(segment, start, end, signal), tickets);
  } catch (error) {
    // A segment that is cut short still has the frames before the cut.
    if (tickets.length > 1 && isFailure(error, 'storage.range-invalid')) return fetchEach(run, signal);
    for (const { ticket } of tickets) ticket.fail(error);
  }
}

async function fetchEach({ source, segment, start, tickets }: Run, signal: AbortSignal): Promise<void> {
  let at = start;
  for (const { ticket, stored } of tickets) {
    const end = at + stored;
    await fetchRun({ source, segment, start: at, end, tickets: [{ ticket, stored }] }, signal);
    at = end;
  }
}

/** Each frame into memory of its own, so that it can be given back as soon as the frame is opened. */
async function scatter(bytes: AsyncIterable<Buffer>, tickets: Run['tickets']): Promise<void> {
  let next = 0;
  let frame: Buffer = Buffer.alloc(0);
  let filled = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length && next < tickets.length;) {
      const { ticket, stored } = tickets[next] as Run['tickets'][number];
      if (filled === 0) frame = Buffer.allocUnsafeSlow(stored);
      const copied = piece.copy(frame, filled, at);
      at += copied;
      filled += copied;
      if (filled < stored) continue;
      ticket.arrived(frame);
      next += 1;
      filled = 0;
    }
  }
  // Too few bytes are damage, which shows when the frame is opened.
  tickets[next]?.ticket.arrived(frame.subarray(0, filled));
}

// An iterable that is ready, in the shape the pool takes.
async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
