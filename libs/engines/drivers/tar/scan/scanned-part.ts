import type { EntryLines } from '#domain';
import type { ArchivePart, LargeContent } from '../../../archive-engine.js';
import { entriesOf } from './entries-of.js';

/** A hard link, and what it links to. */
export type HardLink = readonly [path: string, target: string];

/** What a buffer of tar's output holds: all that is to be known of it, in a form that passes between threads. */
export interface ScannedPart {
  /** Those of members, at the beginning of the buffer. */
  readonly bytes: Uint8Array;
  readonly lines: EntryLines;
  /** Of the paths of all members but the root: `high` and `low` of each digest. */
  readonly digests: Uint32Array;
  readonly links: readonly HardLink[];
  readonly contents: readonly LargeContent[];
  /** Whether tar has written no more. */
  readonly isLast: boolean;
}

/** The same as an engine gives it. */
export function archivePart({ bytes, lines, contents }: ScannedPart): ArchivePart {
  return {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    ...{ lines, contents },
    get entries() {
      return entriesOf(lines);
    },
  };
}

/** What tar writes, scanned; each part fills one buffer but for the last. */
export interface ScannedParts {
  /** Whether all that tar wrote has been read. */
  readonly hasEnded: boolean;
  /** Asked for once. Rejects as the scan of a part throws. */
  all(): AsyncGenerator<ScannedPart>;
  /** To be called when tar has ended. */
  close(): Promise<void>;
}
