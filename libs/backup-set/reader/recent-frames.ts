import type { FrameTicket } from './frame-ticket.js';

/** Frames that were used last, at most so many plain bytes of them: a stream may come back to one of them soon. */
export class RecentFrames {
  readonly #tickets = new Map<string, FrameTicket>();
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly letGo: (ticket: FrameTicket) => void,
  ) {}

  get(level: number, frame: number): FrameTicket | undefined {
    const key = `${level}:${frame}`;
    const ticket = this.#tickets.get(key);
    if (ticket) {
      this.#tickets.delete(key);
      this.#tickets.set(key, ticket);
    }
    return ticket;
  }

  keep(level: number, frame: number, ticket: FrameTicket): void {
    if (this.maxBytes === 0) return;
    ticket.hold();
    this.#tickets.set(`${level}:${frame}`, ticket);
    this.#bytes += bytesOf(ticket);
    for (const [key, oldest] of this.#tickets) {
      if (this.#bytes <= this.maxBytes || oldest === ticket) break;
      this.#drop(key, oldest);
    }
  }

  clear(): void {
    for (const [key, ticket] of this.#tickets) this.#drop(key, ticket);
  }

  #drop(key: string, ticket: FrameTicket): void {
    this.#tickets.delete(key);
    this.#bytes -= bytesOf(ticket);
    this.letGo(ticket);
  }
}

function bytesOf({ row }: FrameTicket): number {
  return row?.plain ?? 0;
}
