import { ENTRY_TYPES, type Entry } from '#domain';
import type { BackupReader, LiveEntry } from '#backup-set';
import { bytesOf, textOf } from '#kernel';

/** What is kept of an entry: enough to know it again in the target, and in a plan. */
export interface LoggedEntry {
  readonly entry: Pick<Entry, 'path' | 'type' | 'size' | 'uid' | 'gid' | 'at' | 'span'>;
  readonly reader: BackupReader;
}

/** Five numbers of eight bytes, the length of the path, the number of the reader, and the type. */
const HEAD_BYTES = 48;
const CHUNK_BYTES = 256 << 10;
/** About a quarter of a million entries. */
const MOST_BYTES = 24 << 20;

/**
 * The entries that a plan has gone through, so that its catalogues need not be read once more. Memory held: some 90 bytes
 * an entry, at most 24 MiB; a log that would be longer is thrown away.
 */
export class EntryLog {
  readonly #readers: BackupReader[] = [];
  #chunks: Buffer[] = [];
  #filled: number[] = [];
  #bytes = 0;

  /** Whether it has all that was added. */
  get isWhole(): boolean {
    return this.#bytes <= MOST_BYTES;
  }

  add({ entry, reader }: LiveEntry): void {
    if (!this.isWhole) return;
    const path = bytesOf(entry.path);
    const chunk = this.#roomFor(HEAD_BYTES + path.length);
    if (!chunk) return;
    const at = this.#filled.at(-1) ?? 0;
    chunk.writeDoubleLE(entry.size, at);
    chunk.writeDoubleLE(entry.uid, at + 8);
    chunk.writeDoubleLE(entry.gid, at + 16);
    chunk.writeDoubleLE(entry.at, at + 24);
    chunk.writeDoubleLE(entry.span, at + 32);
    chunk.writeUInt32LE(path.length, at + 40);
    chunk.writeUInt16LE(this.#numberOf(reader), at + 44);
    chunk.writeUInt8(ENTRY_TYPES.indexOf(entry.type), at + 46);
    path.copy(chunk, at + HEAD_BYTES);
    this.#filled[this.#filled.length - 1] = at + HEAD_BYTES + path.length;
  }

  /** All of them, in the order in which they came. */
  *all(): Generator<LoggedEntry, void> {
    for (const [i, chunk] of this.#chunks.entries()) {
      const end = this.#filled[i] ?? 0;
      for (let at = 0; at < end;) {
        const next = at + HEAD_BYTES + chunk.readUInt32LE(at + 40);
        const type = ENTRY_TYPES[chunk.readUInt8(at + 46)];
        const reader = this.#readers[chunk.readUInt16LE(at + 44)];
        if (type && reader) {
          const entry = {
            path: textOf(chunk.subarray(at + HEAD_BYTES, next)),
            type,
            size: chunk.readDoubleLE(at),
            uid: chunk.readDoubleLE(at + 8),
            gid: chunk.readDoubleLE(at + 16),
            at: chunk.readDoubleLE(at + 24),
            span: chunk.readDoubleLE(at + 32),
          };
          yield { entry, reader };
        }
        at = next;
      }
    }
  }

  #roomFor(bytes: number): Buffer | undefined {
    this.#bytes += bytes;
    if (!this.isWhole) {
      this.#chunks = [];
      this.#filled = [];
      return undefined;
    }
    const last = this.#chunks.at(-1);
    if (last && (this.#filled.at(-1) ?? 0) + bytes <= last.length) return last;
    const chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
    this.#chunks.push(chunk);
    this.#filled.push(0);
    return chunk;
  }

  #numberOf(reader: BackupReader): number {
    const known = this.#readers.indexOf(reader);
    return known >= 0 ? known : this.#readers.push(reader) - 1;
  }
}
