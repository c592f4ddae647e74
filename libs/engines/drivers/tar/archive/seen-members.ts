import { open, type FileHandle } from 'node:fs/promises';
import { digestOf, keyOf, PathSum, type PathDigest } from '../scan/path-digest.js';

/** Paths that are compared at once when some are missing: a set of so many numbers takes about 20 MB. */
const AT_ONCE = 250_000;
const RECORD = 8;
const BUFFER = 64 << 10;

/**
 * Which paths are members of the stream, so that one that should be and is not can be found.
 *
 * Whether any is missing is told by sums over 64-bit digests of the paths. Which ones is told by a file with these digests,
 * which is read only when the sums differ. Memory held: one buffer; then 20 MB, whatever the number of paths.
 */
export class SeenMembers {
  readonly #sum = new PathSum();
  #buffer = Buffer.allocUnsafe(BUFFER);
  #filled = 0;
  #full: Buffer[] = [];

  private constructor(private readonly file: FileHandle) {}

  static async in(path: string): Promise<SeenMembers> {
    return new SeenMembers(await open(path, 'wx+', 0o600));
  }

  /** Digests of paths: `high` and `low` of each. */
  addAll(digests: Uint32Array): void {
    for (let i = 0; i < digests.length; i += 2)
      this.add({ high: digests[i] as number, low: digests[i + 1] as number });
  }

  add(digest: PathDigest): void {
    this.#sum.add(digest);
    this.#buffer.writeUInt32LE(digest.high, this.#filled);
    this.#buffer.writeUInt32LE(digest.low, this.#filled + 4);
    this.#filled += RECORD;
    if (this.#filled < BUFFER) return;
    this.#full.push(this.#buffer);
    this.#buffer = Buffer.allocUnsafe(BUFFER);
    this.#filled = 0;
  }

  /** To be awaited now and then: brings to disk what was added. */
  async flush(): Promise<void> {
    if (this.#full.length === 0) return;
    const full = Buffer.concat(this.#full);
    this.#full = [];
    await this.file.appendFile(full);
  }

  /** Whether these are just the paths of the other sum. */
  matches(expected: PathSum): boolean {
    return this.#sum.equals(expected);
  }

  /** Those of the paths that were not added. `paths` is asked for as often as needed. */
  async *missing(paths: () => AsyncIterable<string>): AsyncGenerator<string> {
    this.#full.push(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
    await this.flush();
    const parts = Math.ceil(this.#sum.count / AT_ONCE) || 1;
    for (let part = 0; part < parts; part += 1) {
      const seen = await this.#digestsOf(part, parts);
      for await (const path of paths()) {
        const digest = digestOf(path);
        if (digest.low % parts === part && !seen.has(keyOf(digest))) yield path;
      }
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async #digestsOf(part: number, parts: number): Promise<ReadonlySet<number>> {
    const seen = new Set<number>();
    const buffer = Buffer.allocUnsafe(BUFFER);
    const total = this.#sum.count * RECORD;
    for (let position = 0; position < total;) {
      const { bytesRead } = await this.file.read(buffer, 0, BUFFER, position);
      const whole = bytesRead - (bytesRead % RECORD);
      if (whole === 0) break;
      for (let at = 0; at < whole; at += RECORD) {
        const digest = { high: buffer.readUInt32LE(at), low: buffer.readUInt32LE(at + 4) };
        if (digest.low % parts === part) seen.add(keyOf(digest));
      }
      position += whole;
    }
    return seen;
  }
}
