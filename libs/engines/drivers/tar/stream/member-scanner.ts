import type { Entry } from '#domain';
import { Failure } from '#kernel';
import { LARGE_CONTENT, type ArchivePart, type LargeContent } from '../../../archive-engine.js';
import { CommonMembers } from './common-members.js';
import { contentDigest, ContentDigest } from './content-digest.js';
import { HeaderCollector } from './header-collector.js';
import { memberOf, type Member, type OpenEntry } from './member-headers.js';
import { BLOCK, isZeroBlock, malformed, padded } from './tar-header.js';

export interface ScanOptions {
  /** Which entries of files get their SHA-256; small are those below {@link LARGE_CONTENT}. */
  readonly digest: 'all' | 'small' | 'none';
  /**
   * Called when the headers of a member are read, before the part with its first byte of content is given back; with
   * where in the stream that content begins.
   */
  readonly onMember?: (member: Member, contentAt: number) => void;
}

/** The data of the member at hand. */
interface Content {
  readonly entry: OpenEntry;
  /** Bytes of data still to come, and of the padding behind them. */
  left: number;
  padding: number;
  readonly digest: ContentDigest | undefined;
}

/**
 * Finds the members in a tar stream that is pushed through it in whole blocks.
 *
 * Understands ustar, pax and GNU headers. Everything wrong is an `engine.stream-malformed` with its offset; a name that
 * leads out of a target is `restore.unsafe-path`. Global headers and volume labels count as part of the member that
 * follows. Memory held: the headers of one member.
 */
export class MemberScanner {
  /** Where in the stream the next byte to read lies. */
  #offset = 0;
  #content: Content | undefined;
  readonly #common = new CommonMembers();
  readonly #headers = new HeaderCollector();
  #endBlocks = 0;
  #large: LargeContent[] = [];
  #onEntry: (entry: Entry) => void = () => undefined;

  constructor(private readonly options: ScanOptions) {}

  /**
   * Takes whole blocks; gives back those of members (end marks are left out) and the entries that end in them, which go
   * to `onEntry` instead when there is one.
   */
  push(blocks: Buffer, onEntry?: (entry: Entry) => void): ArchivePart {
    const entries: Entry[] = [];
    this.#onEntry = onEntry ?? ((entry) => void entries.push(entry));
    let at = 0;
    let end = 0;
    while (at < blocks.length) {
      if (this.#content) end = at = this.#takeContent(this.#content, blocks, at);
      else if (!this.#headers.isInside && isZeroBlock(blocks, at)) at = this.#takeEndMark(at);
      else end = at = this.#takeHeader(blocks, at);
    }
    this.#headers.keep();
    return { bytes: blocks.subarray(0, end), entries, contents: this.#begunContents() };
  }

  /** To be called when the stream has ended: a member that has begun must have ended too. */
  finish(): void {
    if (this.#content || this.#headers.hasBegun)
      throw malformed(this.#offset, 'it ends in the middle of a member');
  }

  /** Whether the stream ended as GNU tar ends one: with two blocks of zeros. */
  get hasEndMark(): boolean {
    return this.#endBlocks >= 2;
  }

  /** Of a content whose header is the last thing that came, the first byte is among those that come next. */
  #begunContents(): readonly LargeContent[] {
    const contents = this.#large;
    const begins = contents.findIndex(({ at }) => at === this.#offset);
    this.#large = begins < 0 ? [] : contents.splice(begins);
    return contents;
  }

  #takeHeader(blocks: Buffer, at: number): number {
    if (this.#endBlocks > 0) throw malformed(this.#offset, 'there is something behind its end');
    const common = this.#headers.isFresh ? this.#common.read(blocks, at, this.#offset) : undefined;
    const taken = common ? this.#common.length : this.#headers.take(blocks, at, this.#offset);
    this.#offset += taken;
    const headers = common ? undefined : this.#headers.finished();
    const member = headers ? memberOf(headers) : common;
    return member ? this.#begin(member, blocks, at + taken) : at + taken;
  }

  #isDigested(stored: number): boolean {
    const { digest } = this.options;
    return digest === 'all' || (digest === 'small' && stored < LARGE_CONTENT);
  }

  /** Returns where what it has taken of the data ends. */
  #begin(member: Member, blocks: Buffer, at: number): number {
    this.options.onMember?.(member, this.#offset);
    const { entry, stored } = member;
    const length = padded(stored);
    // The catalogue says where things lie in JavaScript's numbers.
    if (!Number.isSafeInteger(this.#offset + length)) throw malformed(entry.at, 'a member is too long');
    if (stored >= LARGE_CONTENT) this.#large.push({ at: this.#offset, length: stored });
    const isDigested = entry.type === 'file' && !entry.sparse && this.#isDigested(stored);
    if (blocks.length - at < length) {
      const digest = isDigested ? new ContentDigest() : undefined;
      this.#content = { entry, left: stored, padding: length - stored, digest };
      return at;
    }
    if (isDigested) entry.sha256 = contentDigest(blocks.subarray(at, at + stored));
    this.#offset += length;
    this.#end(entry);
    return at + length;
  }

  #takeContent(content: Content, blocks: Buffer, at: number): number {
    const { entry, digest } = content;
    const data = Math.min(content.left, blocks.length - at);
    if (data > 0) digest?.update(blocks.subarray(at, at + data));
    content.left -= data;
    // Blocks are whole, so the padding is where the data ends.
    const taken = content.left === 0 ? data + content.padding : data;
    this.#offset += taken;
    if (content.left === 0) {
      this.#content = undefined;
      if (digest) entry.sha256 = digest.hex();
      this.#end(entry);
    }
    return at + taken;
  }

  #end(entry: OpenEntry): void {
    entry.span = this.#offset - entry.at;
    this.#onEntry(entry);
  }

  #takeEndMark(at: number): number {
    this.#endBlocks += 1;
    this.#offset += BLOCK;
    return at + BLOCK;
  }
}

/** Goes through a whole stream. Rejects when it breaks off in a member, or with what `onMember` throws. */
export async function* scanned(
  blocks: AsyncIterable<Buffer>,
  scanner: MemberScanner,
): AsyncGenerator<ArchivePart> {
  for await (const piece of blocks) {
    const part = scanner.push(piece);
    if (part.bytes.length > 0) yield part;
  }
  scanner.finish();
}

/** The stream of tar itself must end with a mark, or tar was cut off. */
export function assertEndMark(scanner: MemberScanner): void {
  if (!scanner.hasEndMark) throw new Failure('engine.failed', 'tar ended before its stream did');
}
