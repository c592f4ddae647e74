import { Failure } from '#kernel';
import type { DataSource } from 'typeorm';
import { connectFailure } from './sql-failure.js';

/** A pool that is connected when it is first needed, and tried again until it is. */
export class Opened {
  #source: Promise<DataSource> | undefined;
  #closed: Promise<void> | undefined;

  constructor(private readonly make: () => DataSource) {}

  async source(): Promise<DataSource> {
    if (this.#closed) throw new Failure('metadata.unavailable', 'the metadata were closed');
    const source = (this.#source ??= initialised(this.make()));
    try {
      return await source;
    } catch (error) {
      if (this.#source === source) this.#source = undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    const source = await this.#source?.catch(() => undefined);
    await source?.destroy();
  }
}

/** The connected pool; rejects with `metadata.unavailable`, and leaves nothing open then. */
export async function initialised(source: DataSource): Promise<DataSource> {
  try {
    return await source.initialize();
  } catch (error) {
    // Without a pool it refuses, and there is nothing to close.
    await source.driver.disconnect().catch(() => undefined);
    throw connectFailure(error);
  }
}
