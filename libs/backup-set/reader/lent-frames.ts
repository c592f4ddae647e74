import type { FrameTicket } from './frame-ticket.js';

/** How long a buffer is lent: until `fewest` further ones have been asked for, and then until they are `most`, or of
 * `bytes` together. */
export interface Loan {
  readonly fewest: number;
  readonly most: number;
  readonly bytes: number;
}

export const UNTIL_NEXT: Loan = { fewest: 0, most: 0, bytes: 0 };

/** Frames that somebody still looks at. Each visit counts as one buffer, though there may be more in it. */
export class LentFrames {
  readonly #lent: { readonly ticket: FrameTicket; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(private readonly loan: Loan | undefined) {}

  /** What was yielded last, once the next is asked for; lets go of those whose loan is over. */
  add(ticket: FrameTicket, bytes: number): void {
    this.#lent.push({ ticket, bytes });
    this.#bytes += bytes;
    const { fewest, most, bytes: enough } = this.loan ?? UNTIL_NEXT;
    for (;;) {
      const [oldest] = this.#lent;
      if (!oldest) return;
      const further = this.#lent.length - 1;
      const isOver = further >= most || (further >= fewest && this.#bytes - oldest.bytes >= enough);
      if (!isOver) return;
      this.#lent.shift();
      this.#bytes -= oldest.bytes;
      oldest.ticket.letGo(this.loan !== undefined);
    }
  }

  /** Nobody will ask again, so nobody says when these are done with. */
  clear(): void {
    for (const { ticket } of this.#lent.splice(0)) ticket.letGo(false);
  }
}
