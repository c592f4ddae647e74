import type { RewindableBody } from '../storage-backend.js';

/** A body that remembers what it threw: that is nobody's fault but its own, whichever copy was reading it. */
export class GuardedBody implements RewindableBody {
  readonly size: number;
  readonly sha256: string;
  #thrown: { readonly error: unknown } | undefined;

  /** `onThrow` is called once. */
  constructor(
    private readonly body: RewindableBody,
    private readonly onThrow: (error: unknown) => void,
  ) {
    this.size = body.size;
    this.sha256 = body.sha256;
  }

  get thrown(): { readonly error: unknown } | undefined {
    return this.#thrown;
  }

  async *open(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.body.open();
    } catch (error) {
      if (!this.#thrown) {
        this.#thrown = { error };
        this.onThrow(error);
      }
      throw error;
    }
  }
}
