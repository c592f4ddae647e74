import { Readable } from 'node:stream';
import { keepError } from '../abortable.js';

/**
 * A stream of what `bytes` yields. Destroying it calls `stop` at once, also while `bytes` stalls; `Readable.from` would
 * wait for the next piece, and a stalled source would keep its connection.
 */
export function relay(bytes: AsyncIterable<Uint8Array>, stop: () => void): Readable {
  return keepError(new Relay(bytes[Symbol.asyncIterator](), stop));
}

class Relay extends Readable {
  constructor(
    private readonly bytes: AsyncIterator<Uint8Array>,
    private readonly stop: () => void,
  ) {
    super();
  }

  override _read(): void {
    this.piece().then(
      (piece) => this.push(piece),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.stop();
    callback(error);
  }

  /** Pushing an empty piece would not be followed by another read. */
  private async piece(): Promise<Uint8Array | null> {
    let step = await this.bytes.next();
    while (!step.done && step.value.length === 0) step = await this.bytes.next();
    return step.done ? null : step.value;
  }
}
