import type { Writable } from 'node:stream';
import { Failure } from '#kernel';

/**
 * A standard stream whose reader may go away (`| head`). What is told to people is then lost without harm: a backup is
 * not worth less because nobody looks on.
 */
export class StandardStream {
  #gone: Error | undefined;

  constructor(private readonly stream: Writable) {
    stream.on('error', (error) => (this.#gone ??= error));
  }

  readonly tell = (text: string): void => {
    if (!this.#gone) this.stream.write(text);
  };

  /** Writes what was asked for, and resolves when more can be taken. Rejects when nobody reads it any more. */
  readonly give = async (bytes: Uint8Array): Promise<void> => {
    // The callback comes once the bytes are handed over, or with the error.
    if (!this.#gone) await new Promise<void>((resolve) => this.stream.write(bytes, () => resolve()));
    if (this.#gone) throw new Failure('run.cancelled', 'nobody reads the output any more', {}, this.#gone);
  };
}

export const standardOutput = new StandardStream(process.stdout);
export const standardError = new StandardStream(process.stderr);
