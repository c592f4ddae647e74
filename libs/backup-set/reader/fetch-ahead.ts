import { asFailure, Failure } from '#kernel';
import { mapInOrder } from '#codecs';
import { fetchFrames } from './frame-fetch.js';
import type { FrameSource } from './frame-source.js';
import { FrameTicket, type FrameOutcome } from './frame-ticket.js';
import type { FrameVisit } from './frame-visits.js';
import { RecentFrames } from './recent-frames.js';

/** Stored bytes that are fetched together: few reads for much, and soon the first frame. */
const BATCH_BYTES = 4 << 20;
/** Visits of frames that are there already cost next to nothing, but not nothing. */
const BATCH_VISITS = 1024;
/** Batches fetched or waiting to be opened. */
const BATCHES = 2;

export interface FetchOptions {
  /** Frames opened at the same time, and reads at the same time for each batch. */
  readonly lanes: number;
  /** Plain bytes of frames that are kept, since the stream may come back to them. */
  readonly recentBytes: number;
  /** The plaintext of a frame is emptied when so many further visits have been asked for; never without it. */
  readonly lentFor: number | undefined;
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
 * stored bytes, `lanes` frames, and the recent ones.
 */
export async function* openVisits(
  visits: AsyncIterable<FrameVisit>,
  options: FetchOptions,
  signal?: AbortSignal,
): AsyncGenerator<OpenedVisit> {
  const { lanes, lentFor } = options;
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
    lanes,
    async ({ visit, ticket }, stop) => ({ visit, ticket, outcome: await ticket.opened(stop) }),
    signal,
  );
  const lent: FrameTicket[] = [];
  try {
    for await (const { visit, ticket, outcome } of opened) {
      yield { visit, outcome };
      lent.push(ticket);
      if (lent.length > (lentFor ?? 0)) lent.shift()?.letGo(lentFor !== undefined);
    }
  } finally {
    // Nobody will ask again, so nobody says when these are done with.
    for (const ticket of lent) ticket.letGo(false);
  }
}

async function* planned(
  visits: AsyncIterable<FrameVisit>,
  { recentBytes, lentFor, sourceOf }: FetchOptions,
  signal?: AbortSignal,
): AsyncGenerator<Planned> {
  const recent = new RecentFrames(recentBytes, (ticket) => ticket.letGo(lentFor !== undefined));
  for await (const visit of visits) {
    const { level, frame } = visit;
    const known = recent.get(level, frame);
    const ticket = known ?? (await ticketFor(visit, sourceOf, signal));
    ticket.hold();
    if (!known) recent.keep(level, frame, ticket);
    yield { visit, ticket, isNew: !known };
  }
  recent.clear();
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
