import type { FrameTicket } from './frame-ticket.js';
import type { FrameVisit } from './frame-visits.js';

/** A frame of a chain, as one number. */
type FrameId = number;

export function idOf({ level, frame }: Pick<FrameVisit, 'level' | 'frame'>): FrameId {
  return level * 2 ** 32 + frame;
}

export interface ForeseenVisit {
  readonly visit: FrameVisit;
  /** Which visit comes to the same frame again, counted from the first of all; `undefined` when none does soon. */
  readonly next: number | undefined;
}

/** The same visits, each with the next one of its frame among the following `foresight`. Memory held: so many visits. */
export async function* foreseen(
  visits: AsyncIterable<FrameVisit>,
  foresight: number,
): AsyncGenerator<ForeseenVisit> {
  const ahead: FrameVisit[] = [];
  const coming = new Map<FrameId, number[]>();
  let read = 0;
  const oldest = (): ForeseenVisit => {
    const visit = ahead.shift() as FrameVisit;
    const id = idOf(visit);
    const numbers = coming.get(id) ?? [];
    numbers.shift();
    if (numbers.length === 0) coming.delete(id);
    return { visit, next: numbers[0] };
  };
  for await (const visit of visits) {
    const id = idOf(visit);
    const numbers = coming.get(id);
    if (numbers) numbers.push(read);
    else coming.set(id, [read]);
    read += 1;
    ahead.push(visit);
    if (ahead.length > foresight) yield oldest();
  }
  while (ahead.length > 0) yield oldest();
}

/**
 * Frames that the stream comes back to, at most so many plain bytes of them. When there are more, the one goes that is
 * needed last: nobody who knows only the past could fetch fewer (L. A. Belady, 1966).
 */
export class NeededFrames {
  readonly #kept = new Map<FrameId, { readonly ticket: FrameTicket; readonly next: number }>();
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly letGo: (ticket: FrameTicket) => void,
  ) {}

  /** With the hold that was on it. */
  take(visit: FrameVisit): FrameTicket | undefined {
    const id = idOf(visit);
    const ticket = this.#kept.get(id)?.ticket;
    if (ticket) this.#forget(id, ticket);
    return ticket;
  }

  /** Takes over a hold. */
  keep(visit: FrameVisit, ticket: FrameTicket, next: number): void {
    this.#kept.set(idOf(visit), { ticket, next });
    this.#bytes += bytesOf(ticket);
    while (this.#bytes > this.maxBytes) this.#dropLast();
  }

  clear(): void {
    for (const [id, { ticket }] of this.#kept) this.#drop(id, ticket);
  }

  #dropLast(): void {
    let last: readonly [FrameId, { readonly ticket: FrameTicket; readonly next: number }] | undefined;
    for (const each of this.#kept) if (!last || each[1].next > last[1].next) last = each;
    if (last) this.#drop(last[0], last[1].ticket);
  }

  #drop(id: FrameId, ticket: FrameTicket): void {
    this.#forget(id, ticket);
    this.letGo(ticket);
  }

  #forget(id: FrameId, ticket: FrameTicket): void {
    this.#kept.delete(id);
    this.#bytes -= bytesOf(ticket);
  }
}

function bytesOf({ row }: FrameTicket): number {
  return row?.plain ?? 0;
}
