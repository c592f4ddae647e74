import type { Codec, CodecName } from '#codecs';

/** Opens codecs when a frame first needs them, each once; whoever made the shelf closes it. */
export class CodecShelf {
  readonly #open: (name: CodecName) => Promise<Codec>;
  readonly #opened = new Map<CodecName, Promise<Codec>>();

  constructor(open: (name: CodecName) => Promise<Codec>) {
    this.#open = open;
  }

  get(name: CodecName): Promise<Codec> {
    const opened = this.#opened.get(name) ?? this.#open(name);
    this.#opened.set(name, opened);
    return opened;
  }

  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    for (const codec of await Promise.allSettled(opened)) {
      if (codec.status === 'fulfilled') await codec.value.close();
    }
  }
}
