import type { BigIntStats } from 'node:fs';

export type FileType =
  'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'character-device' | 'block-device' | 'unknown';

export function fileType(status: BigIntStats): FileType {
  return TYPES[Number(status.mode) & 0o170000] ?? 'unknown';
}

/** `8:1`, as `ls` shows it. The bits lie apart because device numbers once were 16 bits; see makedev(3). */
export function deviceNumbers(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & ~0xffn & 0xffffffffn);
  return `${major}:${minor}`;
}

/** The upper bits of a mode, see inode(7). */
const TYPES: Readonly<Record<number, FileType>> = {
  0o140000: 'socket',
  0o120000: 'symlink',
  0o100000: 'file',
  0o060000: 'block-device',
  0o040000: 'directory',
  0o020000: 'character-device',
  0o010000: 'fifo',
};
