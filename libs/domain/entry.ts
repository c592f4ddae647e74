export const ENTRY_TYPES = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'fifo',
  'character-device',
  'block-device',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/**
 * One member of a stream, as the catalogue keeps it.
 *
 * Paths are relative to the source, without `./` and without a slash at the end; the source itself is `.`. Bytes that
 * are not UTF-8 are escaped as described at the kernel's `textOf`.
 */
export interface Entry {
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits with setuid, setgid and sticky (07777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user?: string;
  readonly group?: string;
  /** Nanoseconds since 1970, may be negative. */
  readonly mtimeNs: bigint;
  /** Bytes of content as a reader of the file sees them (holes included); 0 for all but files. */
  readonly size: number;
  /** SHA-256 of the content, hex. Files only, and not sparse ones, whose content is not in the stream as it is read. */
  readonly sha256?: string;
  readonly sparse?: true;
  /** Target of a symlink as it stands there; of a hard link, the path of the entry in the same stream. */
  readonly link?: string;
  readonly device?: { readonly major: number; readonly minor: number };
  /** Directories of incremental engines: everything that was in it, see {@link Listed}. */
  readonly listing?: readonly Listed[];
  /** Where the member begins in the stream, and how many bytes of it are its own (headers and padding included). */
  readonly at: number;
  readonly span: number;
}

/** A code and a name: `Y` is in this stream, `N` is unchanged since the base, `D` is a directory. */
export type Listed = `${'Y' | 'N' | 'D'}${string}`;

/** Something about a path that a backup could not do as asked. */
export interface Notice {
  readonly path: string;
  /** `skipped`: not in the backup. `changed`: stored, but it changed while it was read. */
  readonly state: 'skipped' | 'changed';
  /** In words: `permission denied`, `socket`, `removed while reading`. */
  readonly reason: string;
  /** Sockets and the like: nothing is lost by leaving them out, so they do not make a backup partial. */
  readonly harmless?: true;
}
