import type { Entry } from '#domain';
import { parentOf } from '../stream/member-path.js';

/** A member that has begun. */
export interface BegunMember {
  readonly entry: Pick<Entry, 'path' | 'type' | 'at'>;
  /** Offset in the stream behind its last byte, padding included. */
  readonly end: number;
}

/** Bytes of one or more members, or of a part of one. */
export interface Cut {
  readonly bytes: Buffer;
  readonly goes: Place;
}

/** A batch, numbered from 0; or `late`, when all batches are done. */
export type Place = number | 'late';

interface Batch {
  readonly number: number;
  readonly at: number;
  /** Of the member that came last. */
  directory: string | undefined;
  members: number;
}

/** What a batch has at least, and then it ends with its directory; and at most, when that does not end. */
const BATCH = { bytes: 1 << 20, members: 200 };
const LARGEST_BATCH = { bytes: 4 << 20, members: 1000 };

/**
 * Cuts a stream into batches of whole members that can be extracted independently of each other, members of one
 * directory mostly together. Directories and hard links are late: a directory gets its mode and times when nothing more
 * is written into it, and a link needs its file. Memory held: headers of one member.
 */
export class MemberCuts {
  #offset = 0;
  /** Where the member at hand ends, and where it goes. */
  #end = 0;
  #goes: Place = 0;
  #batch: Batch = { number: 0, at: 0, directory: undefined, members: 0 };
  /** Headers that are not complete, so that nobody knows yet where they go. */
  #held: Buffer[] = [];

  /** `begun` are the members whose headers were completed by these bytes. */
  *of(bytes: Buffer, begun: readonly BegunMember[]): Generator<Cut> {
    const start = this.#offset;
    let from = start;
    this.#offset += bytes.length;
    for (const member of begun) {
      const goes = this.#placeOf(member.entry);
      if (member.entry.at < start) {
        for (const held of this.#held) yield { bytes: held, goes };
        this.#held = [];
      } else if (goes !== this.#goes && member.entry.at > from) {
        yield { bytes: bytes.subarray(from - start, member.entry.at - start), goes: this.#goes };
        from = member.entry.at;
      }
      this.#goes = goes;
      this.#end = member.end;
    }
    const to = Math.max(from, Math.min(this.#end, this.#offset));
    if (to > from) yield { bytes: bytes.subarray(from - start, to - start), goes: this.#goes };
    if (to < this.#offset) this.#held.push(Buffer.from(bytes.subarray(to - start)));
  }

  #placeOf({ path, type, at }: BegunMember['entry']): Place {
    if (type === 'directory' || type === 'hardlink') return 'late';
    const directory = parentOf(path);
    const last = this.#batch;
    const enough = directory === last.directory ? LARGEST_BATCH : BATCH;
    if (at - last.at >= enough.bytes || last.members >= enough.members)
      this.#batch = { number: last.number + 1, at, directory, members: 0 };
    this.#batch.directory = directory;
    this.#batch.members += 1;
    return this.#batch.number;
  }
}
