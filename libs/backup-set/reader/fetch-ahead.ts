import { asFailure, Failure } from '#kernel';
import { mapInOrder } from '#codecs';
import { fetchFrames } from './frame-fetch.js';
import type { FrameSource } from './frame-source.js';
import { FrameTicket, type FrameOutcome } from './frame-ticket.js';
import type { FrameVisit } from './frame-visits.js';
import { LentFrames, type Loan } from './lent-frames.js';
import { foreseen, NeededFrames } from './needed-frames.js';

/** Stored bytes that are fetched together: few reads for much, and soon the first frame. */
const BATCH_BYTES = 4 << 20;
/** Visits of frames that are there already cost next to nothing, but not nothing. */
const BATCH_VISITS = 1024;
/** Visits that are known in advance: farther than this, nothing that is worth its memory is come back to. */
const FORESIGHT = 1024;
/** For each lane, of a stream that comes back to its frames: so many of them may be new, and open. */
const VISITS_AHEAD = 4;
/** Batches fetched or waiting to be opened. */
const BATCHES = 2;

export interface FetchOptions {
  /** Frames opened at the same time, and reads at the same time for each batch. */
  readonly lanes: number;
  /** Plain bytes of frames that are kept until the stream comes back to them; 0 when it never does. */
  readonly keptBytes: number;
  /** The plaintext of a frame is emptied when its loan is over; never without one. */
  readonly loan: Loan | undefined;
  /** Where the frames of a level are. Throws what its failures are to be. */
  readonly sourceOf: (level: number) => FrameSource;
}

/** A frame that was opened, or that is damaged. */
export interface OpenedVisit {
  readonly visit: FrameVisit;
  readonly outcome: FrameOutcome;
}

interface Planned {
  readonly visit: FrameVisit;
  readonly ticket: FrameTicket;
  readonly isNew: boolean;
}

/**
 * Fetches the frames of visits ahead, opens them on lanes, and hands them over in order. Memory held: three batches of
 * stored bytes, `lanes` frames, or {@link VISITS_AHEAD} times as many when some are kept, those that are kept, and those
 * that are lent.
 */
export async function* openVisits(
  visits: AsyncIterable<FrameVisit>,
  options: FetchOptions,
  signal?: AbortSignal,
): AsyncGenerator<OpenedVisit> {
  const { lanes, loan } = options;
  const fetched = mapInOrder(
    batchesOf(planned(visits, options, signal)),
    BATCHES,
    async (batch, stop) => {
      await fetchFrames(
        batch.filter(({ isNew }) => isNew).map(({ ticket }) => ticket),
        lanes,
        stop,
      );
      return batch;
    },
    signal,
  );
  const opened = mapInOrder(
    flat(fetched),
    // Most visits are then of frames that are open already, and would keep the lanes idle.
    options.keptBytes > 0 ? VISITS_AHEAD * lanes : lanes,
    async ({ visit, ticket }, stop) => ({ visit, ticket, outcome: await ticket.opened(stop) }),
    signal,
  );
  const lent = new LentFrames(loan);
  try {
    for await (const { visit, ticket, outcome } of opened) {
      yield { visit, outcome };
      lent.add(ticket, visit.bytes);
    }
  } finally {
    lent.clear();
  }
}

async function* planned(
  visits: AsyncIterable<FrameVisit>,
  { keptBytes, loan, sourceOf }: FetchOptions,
  signal?: AbortSignal,
): AsyncGenerator<Planned> {
  const needed = new NeededFrames(keptBytes, (ticket) => ticket.letGo(loan !== undefined));
  for await (const { visit, next } of foreseen(visits, keptBytes > 0 ? FORESIGHT : 0)) {
    const known = needed.take(visit);
    const ticket = known ?? (await ticketFor(visit, sourceOf, signal));
    if (!known) ticket.hold();
    if (next !== undefined) {
      ticket.hold();
      needed.keep(visit, ticket, next);
    }
    yield { visit, ticket, isNew: !known };
  }
  needed.clear();
}

async function ticketFor(
  { level, frame, slices }: FrameVisit,
  sourceOf: FetchOptions['sourceOf'],
  signal?: AbortSignal,
): Promise<FrameTicket> {
  try {
    const source = sourceOf(level);
    const row = await source.place(frame, signal);
    if (slices.every(({ end }) => end <= row.plain)) return FrameTicket.of(source, row);
    const { backup } = source.manifest;
    throw new Failure('index.damaged', `frame ${frame} of backup ${backup} is too short`, { backup, frame });
  } catch (error) {
    const failure = asFailure(error);
    if (failure.kind !== 'corrupt') throw failure;
    return FrameTicket.failed(failure);
  }
}

async function* batchesOf(planned: AsyncIterable<Planned>): AsyncGenerator<Planned[]> {
  let batch: Planned[] = [];
  let bytes = 0;
  for await (const each of planned) {
    const stored = each.isNew ? (each.ticket.row?.stored ?? 0) : 0;
    if (batch.length === BATCH_VISITS || (bytes > 0 && bytes + stored > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(each);
    bytes += stored;
  }
  if (batch.length > 0) yield batch;
}

async function* flat<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch;
}
