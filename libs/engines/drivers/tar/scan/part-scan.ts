import { EntryTally, entryLine, type Entry } from '#domain';
import { renamedWhileRead } from '../stream/dumpdir.js';
import { LineBuffer } from './line-buffer.js';
import { assertEndMark, MemberScanner, type ScanOptions } from '../stream/member-scanner.js';
import { digestOf } from './path-digest.js';
import type { HardLink, ScannedPart } from './scanned-part.js';
import { BLOCK, malformed } from '../stream/tar-header.js';

export interface PartScanOptions {
  /** Of what tar itself writes, the source: then the stream has an end mark, and tells of no renames. */
  readonly root?: string | undefined;
  readonly digest: ScanOptions['digest'];
}

/** Goes through a stream, buffer by buffer. Memory held: headers and lines of one buffer. */
export class PartScan {
  readonly #scanner: MemberScanner;
  readonly #isTars: boolean;
  readonly #lines = new LineBuffer();
  #digests: number[] = [];
  #links: HardLink[] = [];
  #tally = new EntryTally();
  #offset = 0;

  constructor({ root, digest }: PartScanOptions) {
    this.#isTars = root !== undefined;
    this.#scanner = new MemberScanner({
      digest,
      onMember: ({ renames }) => {
        if (renames && root !== undefined) throw renamedWhileRead(root);
      },
    });
  }

  /**
   * Only the last buffer is not full. Throws `engine.stream-malformed`, `engine.failed` when tar broke off, and
   * `source.unstable` when the listing of the root tells of directories that were renamed.
   */
  take(buffer: Buffer, filled: number): ScannedPart {
    const isLast = filled < buffer.length;
    this.#offset += filled;
    if (filled % BLOCK !== 0) throw malformed(this.#offset, 'it ends in the middle of a block');
    const { bytes, contents } = this.#scanner.push(buffer.subarray(0, filled), (entry) => this.#note(entry));
    if (isLast) {
      this.#scanner.finish();
      if (this.#isTars) assertEndMark(this.#scanner);
    }
    const part = {
      bytes: buffer.subarray(0, bytes.length),
      lines: { text: this.#lines.take(), totals: this.#tally.totals },
      digests: Uint32Array.from(this.#digests),
      links: this.#links,
      ...{ contents, isLast },
    };
    this.#tally = new EntryTally();
    this.#digests = [];
    this.#links = [];
    return part;
  }

  #note(entry: Entry): void {
    const { path, type, link } = entry;
    this.#tally.add(entry);
    this.#lines.add(entryLine(entry));
    if (type === 'hardlink' && link !== undefined) this.#links.push([path, link]);
    if (path === '.') return;
    const { high, low } = digestOf(path);
    this.#digests.push(high, low);
  }
}
