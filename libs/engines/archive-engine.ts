import type { Entry, EntryLines, Notice } from '#domain';

/** What to archive: a directory and what to leave out. */
export interface Source {
  /** Absolute path of a directory. */
  readonly root: string;
  /** GNU tar patterns; those that begin with `/` are absolute and anchored at the root of the file system. */
  readonly excludes: readonly string[];
  /** Files with one pattern a line. */
  readonly excludeFiles: readonly string[];
  readonly oneFileSystem: boolean;
  /** Follow symlinks (`soft`), store hard links as files of their own (`hard`), or both (`all`). */
  readonly dereference: 'none' | 'soft' | 'hard' | 'all';
}

/** What the engine remembers to find the next differences; opaque to everybody else. */
export interface EngineState {
  open(): AsyncIterable<Uint8Array>;
}

/**
 * How long `extract` may be writing a buffer of its members, so that whoever lends them must not take it back earlier:
 * until `fewest` further ones have been asked for, and then until they are `most`, or of `bytes` together.
 */
export const LOAN = { fewest: 4, most: 20, bytes: 2 << 20 } as const;

/** Some bytes of the stream, and the entries whose last byte is among them. */
export interface ArchivePart {
  readonly bytes: Buffer;
  readonly entries: readonly Entry[];
  /** The same as text, when the engine has it: then `entries` are made of it for whoever asks before it is given away. */
  readonly lines?: EntryLines | undefined;
  /** Contents of {@link LARGE_CONTENT} bytes and more that begin among these: where in the stream, and how long there. */
  readonly contents: readonly LargeContent[];
}

/** Where the buffers of parts come from. */
export interface PartBuffers {
  /** Of each, a multiple of 512. */
  readonly bytes: number;
  /** All of some memory of its own: when it is not shared, it changes hands. */
  take(): Buffer;
}

export interface LargeContent {
  readonly at: number;
  readonly length: number;
}

/**
 * Contents below it are not looked at for pieces that are stored already: an increment leaves unchanged files out anyway.
 * A number of format 1 (docs/format.md, `sha256`): a verification digests what the catalogue has digests of.
 */
export const LARGE_CONTENT = 256 << 10;

export interface ArchiveOutcome {
  /** For the next increment. Readable until `Archive.close`. */
  readonly state: EngineState;
  /** Skipped and changed paths, in the order met. Complete: what is not here and was there is in the stream. */
  readonly notices: readonly Notice[];
}

/** A running archive. Iterate `parts` to the end, then ask for the outcome, then close. */
export interface Archive {
  readonly parts: AsyncIterable<ArchivePart>;
  /** Rejects when the parts were not read to the end, or the engine failed. */
  outcome(): Promise<ArchiveOutcome>;
  /** Stops what still runs and removes temporary files; always to be called. */
  close(): Promise<void>;
}

export interface Target {
  /** Absolute path of an existing directory; nothing outside of it is written. */
  readonly root: string;
  /** How many files may be written at the same time; as the machine has cores, when it is not said. */
  readonly writers?: number;
  /** About how much will come, when that is known: for much it is worth making larger ways in. */
  readonly bytes?: number;
  /** Called now and then with the bytes handed over so far. */
  readonly onProgress?: (bytes: number) => void;
}

export interface Extracted {
  /** What could not be set or made, by kind: `owner`, `device`, `attribute`, `file` … */
  readonly problems: readonly ExtractProblem[];
}

export interface ExtractProblem {
  readonly path: string;
  readonly kind: 'owner' | 'device' | 'attribute' | 'mode' | 'time' | 'file';
  readonly reason: string;
}

export interface ReadOptions {
  /**
   * In a thread of its own, whose start takes a tenth of a second: for what is large. Pieces may then be emptied as soon as
   * the next one is asked for, and so are the bytes of a part.
   */
  readonly apart?: boolean;
  /** Contents of {@link LARGE_CONTENT} bytes and more get no digest: somebody else looks at their pieces. */
  readonly smallDigestsOnly?: boolean;
}

/**
 * Makes one stream of a source, and files of a stream. The stream is a sequence of members, each described by an
 * Entry with `at` and `span`; any selection of whole members in stream order is a stream again.
 */
export interface ArchiveEngine {
  readonly name: string;
  /** How its streams are best cut: into equal frames, or by their content, so that what is stored already is found. */
  readonly framing: 'fixed' | 'content-defined';
  /** Whether `archive` can take the state of an earlier stream as base. */
  readonly incremental: boolean;
  /**
   * Without a base everything is stored. Each part fills one of the buffers but for the last, and is whoever's who takes
   * it. Memory held: a few parts, whatever the size of the source.
   */
  archive(source: Source, base: EngineState | undefined, signal: AbortSignal, buffers?: PartBuffers): Archive;
  /** Reads a whole stream again, as `archive` described it. Rejects with `engine.stream-malformed`. */
  scan(bytes: AsyncIterable<Uint8Array>, options?: ReadOptions): AsyncIterable<ArchivePart>;
  /**
   * Extracts members (without an end mark) onto the target, replacing what is there. No path may be there twice, and
   * hard links stand behind what they link to. Problems are in the order of their paths. Rejects with `engine.failed`
   * when the stream breaks off or the engine gives up, and with `storage.full`.
   */
  extract(members: AsyncIterable<Uint8Array>, target: Target, signal: AbortSignal): Promise<Extracted>;
  /** The content of the one file whose member is given, holes as zeros. */
  content(member: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Buffer>;
  /**
   * The same member under another path, and, for a hard link, with another target: how a hard link is restored without
   * what it points to.
   */
  retitle(member: AsyncIterable<Uint8Array>, path: string, link?: string): AsyncIterable<Uint8Array>;
}
