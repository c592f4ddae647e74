import type { Source } from '../../../archive-engine.js';

/**
 * Arguments for an incremental archive on standard output.
 *
 * The format is pax with exact times and no times of access or change, so that the same source gives the same bytes.
 * Devices are not compared: their numbers change from boot to boot, and in a snapshot of a volume.
 */
export function archiveArguments(
  source: Source,
  snapshotFile: string,
  excludes: readonly string[],
): string[] {
  return [
    '--create',
    '--file=-',
    '--format=posix',
    '--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f',
    '--xattrs',
    '--xattrs-include=*',
    '--acls',
    '--sparse',
    '--seek',
    '--no-check-device',
    // 64 KiB at a time: what tar has read is still in the processor's cache when it writes it.
    '--blocking-factor=128',
    '--quoting-style=c',
    `--listed-incremental=${snapshotFile}`,
    ...(source.oneFileSystem ? ['--one-file-system'] : []),
    ...(followsSymlinks(source) ? ['--dereference'] : []),
    ...(keepsHardLinks(source) ? [] : ['--hard-dereference']),
    ...excludes,
    `--directory=${source.root}`,
    '.',
  ];
}

export function followsSymlinks({ dereference }: Source): boolean {
  return dereference === 'soft' || dereference === 'all';
}

export function keepsHardLinks({ dereference }: Source): boolean {
  return dereference === 'none' || dereference === 'soft';
}
