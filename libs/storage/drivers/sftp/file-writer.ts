import type { Session } from './session.js';
import type { TemporaryFile } from './temporary-files.js';

/** As much as OpenSSH takes at once: with the request around it, it fills eight packets. */
const REQUEST_BYTES = 255 << 10;
/** As much as OpenSSH lets be on its way. What is more than that waits in memory, and lives long enough to cost. */
const MOST_BYTES_ON_THEIR_WAY = 2 << 20;

/**
 * Writes a file with many requests on their way at once, since a server that is asked for one write after the other
 * spends most of its time waiting. Memory held: 2 MiB.
 */
export class FileWriter {
  readonly #requestBytes: number;
  readonly #mostOnTheirWay: number;
  readonly #gathered: Buffer;
  #gatheredBytes = 0;
  #at = 0;
  #onTheirWay = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly session: Session,
    private readonly file: TemporaryFile,
  ) {
    this.#requestBytes = Math.min(REQUEST_BYTES, session.mostWritten);
    this.#mostOnTheirWay = Math.floor(MOST_BYTES_ON_THEIR_WAY / this.#requestBytes);
    this.#gathered = Buffer.allocUnsafeSlow(this.#requestBytes);
  }

  /** Resolves when the bytes are copied or sent, so they may be used again; rejects when a write before has failed. */
  async write(piece: Uint8Array): Promise<void> {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    for (let at = 0; at < bytes.length;) {
      const wanted = this.#requestBytes - this.#gatheredBytes;
      const part = bytes.subarray(at, at + wanted);
      at += part.length;
      if (part.length === this.#requestBytes) await this.#send(part);
      else await this.#gather(part);
    }
  }

  /** Sends what is left, makes the file durable where the server can do it, and closes it. */
  async finish(): Promise<void> {
    await this.#sendGathered();
    // A server keeps the order of requests about one file, so these need not wait for the writes.
    const sync = this.session.knowsSync ? this.session.sync(this.file.handle) : Promise.resolve();
    const close = this.file.close();
    const ends = await Promise.allSettled([this.#settled(), sync, close]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #gather(part: Buffer): Promise<void> {
    part.copy(this.#gathered, this.#gatheredBytes);
    this.#gatheredBytes += part.length;
    if (this.#gatheredBytes === this.#requestBytes) await this.#sendGathered();
  }

  async #sendGathered(): Promise<void> {
    const bytes = this.#gathered.subarray(0, this.#gatheredBytes);
    this.#gatheredBytes = 0;
    if (bytes.length > 0) await this.#send(bytes);
  }

  async #send(bytes: Buffer): Promise<void> {
    while (this.#onTheirWay >= this.#mostOnTheirWay) await this.#answered();
    if (this.#failure) throw this.#failure.error;
    this.#onTheirWay += 1;
    const written = this.session.write(this.file.handle, bytes, this.#at);
    this.#at += bytes.length;
    void written
      .catch((error: unknown) => (this.#failure ??= { error }))
      .finally(() => {
        this.#onTheirWay -= 1;
        this.#wake?.();
      });
  }

  async #settled(): Promise<void> {
    while (this.#onTheirWay > 0) await this.#answered();
    if (this.#failure) throw this.#failure.error;
  }

  #answered(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}
