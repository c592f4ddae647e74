import type { ProgramMethod } from './program-codec.js';

/** bzip2 at a level: blocks of so many hundred thousand bytes. */
export function bzip2(level: number): ProgramMethod {
  return {
    name: 'bzip2',
    program: 'bzip2',
    debianPackage: 'bzip2',
    packingArgs: () => ['-z', '-c', `-${level}`],
    unpackingArgs: ['-d', '-c'],
    // It says so, and succeeds.
    doubt: (_, stderr) => (stderr.includes('trailing garbage') ? 'something follows its end' : undefined),
  };
}

/** xz at a preset, on one thread: the lanes are what makes use of the machine. */
export function xz(level: number): ProgramMethod {
  return {
    name: 'xz',
    program: 'xz',
    debianPackage: 'xz-utils',
    packingArgs: (plainLength) => [
      ...['-z', '-c', '--format=xz', '--check=crc32', '-T1'],
      `--lzma2=preset=${level},dict=${dictionaryBytes(level, plainLength)}`,
    ],
    // More than any preset asks for, and little enough for any machine.
    unpackingArgs: ['-d', '-c', '--format=xz', '-T1', '--memlimit-decompress=128MiB'],
    // Zeros behind the end are padding to it.
    doubt: (packed) => (endsLikeXz(packed) ? undefined : 'something follows its end'),
  };
}

const MIN_DICTIONARY_BYTES = 4 << 10;
const PRESET_DICTIONARY_MIB = [0.25, 1, 2, 4, 4, 8, 8, 16, 32, 64];

/**
 * xz reads a pipe and cannot know that its preset's dictionary is bigger than all there is to come. It needs ten times
 * the dictionary in memory: with 4 MiB to pack at level 9 that is 48 MiB instead of 674.
 */
function dictionaryBytes(level: number, plainLength: number): number {
  const preset = (PRESET_DICTIONARY_MIB[level] ?? 8) * 2 ** 20;
  return Math.max(MIN_DICTIONARY_BYTES, Math.min(preset, plainLength));
}

function endsLikeXz(packed: Uint8Array): boolean {
  return packed.at(-2) === 0x59 && packed.at(-1) === 0x5a;
}
