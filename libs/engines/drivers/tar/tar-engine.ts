import type { CommandRunner } from '#host';
import type { ArchiveEngine, PartBuffers } from '../../archive-engine.js';
import { alignedBlocks } from './stream/aligned-blocks.js';
import { memberContent } from './extract/content-command.js';
import { extractMembers } from './extract/extract-command.js';
import { MemberScanner, scanned, type ScanOptions } from './stream/member-scanner.js';
import { readApart } from './scan/read-apart.js';
import { retitled } from './stream/retitle.js';
import { TarArchive } from './archive/tar-archive.js';
import { TarProgram } from './program/tar-program.js';

const usualBuffers: PartBuffers = { bytes: 1 << 20, take: () => Buffer.allocUnsafeSlow(1 << 20) };

export interface TarEngineOptions {
  readonly commands: CommandRunner;
  /** Name or path of GNU tar; looked for under its usual names without it. */
  readonly program?: string;
  /** Where states and lists are kept while an archive is made, in a directory of its own. */
  readonly temporaryDirectory: string;
}

/**
 * GNU tar, incremental by `--listed-incremental`. The stream is plain pax that every GNU tar restores, level by level with
 * `tar -x --listed-incremental=/dev/null`; the state is a plain snapshot file.
 *
 * - Streams never contain rename records: a directory that was moved is stored whole.
 * - What is left out by a pattern or by `oneFileSystem` is listed with `N`, as tar has it. Whoever continues a chain must
 *   therefore begin a new one when these settings change, or older versions would show through.
 * - `N` means: as in the level before, if that lists it with `Y` or `N`; otherwise it is in no stream.
 * - A file with a read error is in the stream with zeros in place of what could not be read. Its notice says `skipped`
 *   with the reason `read error`; it must not be restored as good.
 */
export function tarEngine(options: TarEngineOptions): ArchiveEngine {
  return engineOf(options, 'all');
}

function engineOf(
  { commands, program, temporaryDirectory }: TarEngineOptions,
  digest: ScanOptions['digest'],
): ArchiveEngine {
  const tar = new TarProgram(commands, program);
  return {
    name: 'tar',
    framing: 'fixed',
    incremental: true,
    archive: (source, base, signal, buffers = usualBuffers) =>
      new TarArchive({ tar, source, base, temporaryDirectory, buffers, digest }, signal),
    scan: (bytes, { apart = false, smallDigestsOnly = false } = {}) => {
      const settings = { digest: smallDigestsOnly ? 'small' : 'all' } as const;
      return apart ? readApart(bytes, settings) : scanned(alignedBlocks(bytes), new MemberScanner(settings));
    },
    extract: (members, target, signal) =>
      extractMembers({ tar, target, temporaryDirectory }, members, signal),
    content: (member, signal) => memberContent(tar, member, signal),
    retitle: retitled,
  };
}

/**
 * The same stream and state, cut by content: a large file that changed a little costs only what changed. Its large
 * contents have no digest of their own, since each of their pieces has one and a second would cost as much again.
 */
export function blockEngine(options: TarEngineOptions): ArchiveEngine {
  return { ...engineOf(options, 'small'), name: 'block', framing: 'content-defined' };
}
