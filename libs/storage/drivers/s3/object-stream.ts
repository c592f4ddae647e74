import { Readable } from 'node:stream';
import { Failure } from '#kernel';

/**
 * The body of an answer, which yields exactly the bytes it should, or fails. Memory held: what the connection holds. When
 * it is dropped, so is the connection.
 */
export class ObjectStream extends Readable {
  #seen = 0;

  /** `border` turns an error of the connection into what the reader is to see. */
  constructor(
    private readonly body: Readable,
    private readonly size: number | undefined,
    border: (error: unknown) => Error,
  ) {
    super({ highWaterMark: 256 << 10 });
    body.pause();
    body.on('data', (piece: Buffer) => this.#take(piece));
    body.once('end', () => this.#finish());
    body.on('error', (error) => this.destroy(border(error)));
    body.once('close', () => {
      if (!body.readableEnded) this.destroy(border(cutOff()));
    });
  }

  override _read(): void {
    this.body.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.body.destroy();
    callback(error);
  }

  #take(piece: Buffer): void {
    this.#seen += piece.length;
    if (this.size !== undefined && this.#seen > this.size) this.destroy(this.#wrongSize('more'));
    else if (!this.push(piece)) this.body.pause();
  }

  #finish(): void {
    if (this.size !== undefined && this.#seen < this.size) this.destroy(this.#wrongSize('fewer'));
    else this.push(null);
  }

  #wrongSize(than: string): Failure {
    return new Failure(
      'storage.unavailable',
      `the server sent ${than} than the ${this.size} bytes it promised`,
    );
  }
}

function cutOff(): Error {
  return Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' });
}
