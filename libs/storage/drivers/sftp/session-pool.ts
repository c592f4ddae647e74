import { Failure } from '#kernel';
import { orAborted } from '../../abortable.js';
import type { Session } from './session.js';

/** A session that a call holds until it gives it back. */
export interface Lease {
  readonly session: Session;
  /** A second one does nothing. */
  readonly giveBack: () => void;
}

/**
 * Sessions to one server: a call gets one that nobody else uses, or a new one, or, when there are as many as may be, the
 * one that is used least. Sessions that ended are forgotten, so the next call connects again.
 */
export class SessionPool {
  readonly #closing = new AbortController();
  readonly #sessions = new Set<Session>();
  readonly #connecting = new Set<Promise<Session>>();

  constructor(
    private readonly connect: (signal: AbortSignal) => Promise<Session>,
    private readonly most: number,
    private readonly place: string,
  ) {}

  /** Rejects with why no connection could be made, or with the signal's reason. */
  async take(signal: AbortSignal | undefined): Promise<Lease> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#closing.signal.aborted) throw this.#closed();
      const session = this.#leastUsed();
      if (session && (session.users === 0 || !this.#hasRoom)) return leaseOf(session);
      // While nobody knows whether a login succeeds, it is tried once and not once for each call.
      const coming = (session ? undefined : [...this.#connecting][0]) ?? this.#another();
      try {
        await orAborted(coming, signal);
      } catch (error) {
        signal?.throwIfAborted();
        // A server that lets in no more still serves those who are in.
        const other = this.#leastUsed();
        if (!other) throw error;
        return leaseOf(other);
      }
    }
  }

  async use<T>(signal: AbortSignal | undefined, act: (session: Session) => Promise<T>): Promise<T> {
    const { session, giveBack } = await this.take(signal);
    try {
      return await act(session);
    } finally {
      giveBack();
    }
  }

  /** A session that is there, if there is one. */
  get present(): Session | undefined {
    return this.#leastUsed();
  }

  async close(): Promise<void> {
    this.#closing.abort(this.#closed());
    await Promise.allSettled(this.#connecting);
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  get #hasRoom(): boolean {
    return this.#sessions.size + this.#connecting.size < this.most;
  }

  #leastUsed(): Session | undefined {
    let least: Session | undefined;
    for (const session of this.#sessions) {
      if (session.isAlive && session.users < (least?.users ?? Infinity)) least = session;
    }
    return least;
  }

  #another(): Promise<Session> {
    const coming = this.connect(this.#closing.signal);
    this.#connecting.add(coming);
    const settled = coming.then(
      (session) => {
        this.#connecting.delete(coming);
        this.#sessions.add(session);
        void session.ended.then(() => this.#sessions.delete(session));
      },
      () => void this.#connecting.delete(coming),
    );
    return settled.then(() => coming);
  }

  #closed(): Failure {
    return new Failure('storage.closed', `${this.place} is closed`, { place: this.place });
  }
}

function leaseOf(session: Session): Lease {
  session.users += 1;
  let isHeld = true;
  const giveBack = (): void => {
    if (isHeld) session.users -= 1;
    isHeld = false;
  };
  return { session, giveBack };
}
