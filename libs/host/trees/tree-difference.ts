import type { BigIntStats } from 'node:fs';
import { deviceNumbers, fileType, type FileType } from './file-type.js';

/** In what two entries of one path differ. */
export type DifferenceKind =
  | 'presence'
  | 'unreadable'
  | 'type'
  | 'mode'
  | 'owner'
  | 'mtime'
  | 'size'
  | 'content'
  | 'holes'
  | 'link'
  | 'device'
  | 'hard-links'
  | 'attributes';

export interface Difference {
  /** Relative to both roots, as kernel `textOf`; `.` for the roots. */
  readonly path: string;
  readonly what: DifferenceKind;
  /** What each side has, in words, for people to read. */
  readonly left: string;
  readonly right: string;
}

export interface CompareOptions {
  /** Leaves out user and group: an ordinary user cannot restore them. */
  readonly ignoreOwners?: boolean;
  /** Whose modification times count; all by default. */
  readonly mtimes?: 'all' | 'not-of-directories' | 'none';
  /**
   * Extended attributes and POSIX ACLs: `if-possible` (the default) leaves them out where the programs to read them
   * are missing, `required` then fails with `command.missing`.
   */
  readonly attributes?: 'if-possible' | 'required' | 'ignore';
  /** Attributes that do not count, such as `security.selinux`. */
  readonly ignoreAttributes?: readonly string[];
  /** The right side of a sparse file may not use much more of the disk than the left. */
  readonly sparse?: boolean;
  /** Sockets are not looked at: no backup can hold them. */
  readonly ignoreSockets?: boolean;
}

export type Finding = Omit<Difference, 'path'>;

interface Aspect {
  readonly what: DifferenceKind;
  readonly of: (status: BigIntStats) => string;
  readonly counts: (type: FileType, options: CompareOptions) => boolean;
}

const ASPECTS: readonly Aspect[] = [
  { what: 'mode', of: (s) => (Number(s.mode) & 0o7777).toString(8).padStart(4, '0'), counts: () => true },
  { what: 'owner', of: (s) => `${s.uid}:${s.gid}`, counts: (_, options) => !options.ignoreOwners },
  { what: 'mtime', of: (s) => `${s.mtimeNs}`, counts: mtimeCounts },
  { what: 'size', of: (s) => `${s.size}`, counts: (type) => type === 'file' },
  { what: 'device', of: (s) => deviceNumbers(s.rdev), counts: (type) => type.endsWith('-device') },
];

/** What the status alone tells of two entries that are both there. */
export function statusFindings(
  left: BigIntStats,
  right: BigIntStats,
  options: CompareOptions,
): readonly Finding[] {
  const type = fileType(left);
  if (type !== fileType(right)) return [{ what: 'type', left: type, right: fileType(right) }];
  const findings = ASPECTS.filter((aspect) => aspect.counts(type, options))
    .map((aspect) => ({ what: aspect.what, left: aspect.of(left), right: aspect.of(right) }))
    .filter((finding) => finding.left !== finding.right);
  return options.sparse && type === 'file' ? [...findings, ...holes(left, right)] : findings;
}

/** Room for what differs between file systems: blocks of other sizes, and some allocated ahead. */
const SPARE_BYTES = 128n << 10n;

function holes(left: BigIntStats, right: BigIntStats): readonly Finding[] {
  const used = left.blocks * 512n;
  const usedRight = right.blocks * 512n;
  if (used >= left.size || usedRight <= used + used / 8n + SPARE_BYTES) return [];
  return [{ what: 'holes', left: `${used} bytes on disk`, right: `${usedRight} bytes on disk` }];
}

function mtimeCounts(type: FileType, { mtimes = 'all' }: CompareOptions): boolean {
  return mtimes === 'all' || (mtimes === 'not-of-directories' && type !== 'directory');
}
