import type { Entry } from '#domain';
import { lineBatches } from '../catalogue/catalogue-reader.js';
import { noMembers } from '../catalogue/selection.js';
import type { BackupReader } from './backup-reader.js';

/**
 * What a level says that it could not read. Of a file whose reading failed in the middle the stream has a member, with
 * zeros in place of what could not be read; neither that nor a hard link to it is ever to be taken for the file.
 */
export class UnreadFiles {
  private constructor(private readonly paths: ReadonlySet<string>) {}

  /**
   * Notices are the last lines of a catalogue, so this is a pass of its own; only for levels that could not read
   * everything. Memory held: the skipped paths.
   */
  static async of(reader: BackupReader, signal?: AbortSignal): Promise<UnreadFiles> {
    const paths = new Set<string>();
    if (reader.manifest.totals.skipped > 0) {
      for await (const lines of lineBatches(reader.catalogue(signal), noMembers)) {
        for (const line of lines) {
          if (line.kind === 'notice' && line.notice.state === 'skipped') paths.add(line.notice.path);
        }
      }
    }
    return new UnreadFiles(paths);
  }

  /** Whether the member of this entry is not what its path says. A directory is what it says: its names were read. */
  has(entry: Entry): boolean {
    return (entry.type !== 'directory' && this.paths.has(entry.path)) || this.hasTargetOf(entry);
  }

  /** Whether the level says so only of what this hard link points to. */
  hasTargetOf({ type, link, path }: Entry): boolean {
    return type === 'hardlink' && link !== undefined && this.paths.has(link) && !this.paths.has(path);
  }
}
