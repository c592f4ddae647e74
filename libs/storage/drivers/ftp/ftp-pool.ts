import { deadline, Failure } from '#kernel';
import { Slots } from '../../decorators/slots.js';
import type { FtpConnection } from './ftp-connection.js';
import { orStopped } from './or-stopped.js';

/** Servers end connections that are quiet for minutes, and firewalls forget them without a word. */
const TRUSTED_QUIET_MS = 10_000;
const CHECK_MS = 5000;

/** A connection that is ours until it is given back. */
export interface Lease {
  readonly connection: FtpConnection;
  /** A second time does nothing. A connection that broke is thrown away. */
  readonly giveBack: () => void;
}

/** So many connections at most, made when they are needed and kept. */
export class FtpPool {
  readonly #slots: Slots;
  readonly #idle: FtpConnection[] = [];
  readonly #leased = new Set<FtpConnection>();
  readonly #closed = new AbortController();

  constructor(
    count: number,
    private readonly place: string,
    private readonly connect: (signal: AbortSignal) => Promise<FtpConnection>,
  ) {
    this.#slots = new Slots(count);
  }

  async lease(signal?: AbortSignal): Promise<Lease> {
    this.assertOpen();
    const over = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    const release = await this.#slots.take(over);
    try {
      const connection = await this.#ready(over);
      this.#leased.add(connection);
      const giveBack = () => {
        if (!this.#leased.delete(connection)) return;
        if (connection.isAlive) this.#idle.push(connection);
        release();
      };
      return { connection, giveBack };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Breaks the connection when the signal is aborted, since a command that is on its way cannot be called back. */
  async run<T>(signal: AbortSignal | undefined, act: (connection: FtpConnection) => Promise<T>): Promise<T> {
    const { connection, giveBack } = await this.lease(signal);
    try {
      return await orStopped(
        signal,
        () => act(connection),
        () => connection.close(),
      );
    } finally {
      giveBack();
    }
  }

  assertOpen(): void {
    this.#closed.signal.throwIfAborted();
  }

  close(): void {
    const { place } = this;
    this.#closed.abort(new Failure('storage.closed', `${place} is closed`, { place }));
    for (const connection of [...this.#idle, ...this.#leased]) connection.close();
    this.#idle.length = 0;
  }

  async #ready(signal: AbortSignal): Promise<FtpConnection> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (await isGood(idle, signal)) return idle;
    }
    return this.connect(signal);
  }
}

async function isGood(connection: FtpConnection, signal: AbortSignal): Promise<boolean> {
  if (!connection.isAlive) return false;
  if (connection.quietMs < TRUSTED_QUIET_MS) return true;
  const limit = deadline(CHECK_MS, new Error('no answer'), signal);
  try {
    await orStopped(
      limit.signal,
      () => connection.settle(),
      () => connection.close(),
    );
    return true;
  } catch {
    connection.close();
    signal.throwIfAborted();
    return false;
  } finally {
    limit.clear();
  }
}
