import type { Manifest } from '#backup-set';
import type { AgentConfig } from '#config';
import { PROGRAM_VERSION } from '../process/program.js';

/**
 * What `--metadata-out` writes. The first part has the keys of Freezer's result document, where what is not set is `""`;
 * the second is what Freezer leaves out, under the names its API knows or our own.
 */
export function metadataDocument(config: AgentConfig<'backup'>, manifest: Manifest): object {
  const { totals } = manifest;
  const { storage, container } = placeOf(config);
  return {
    action: 'backup',
    always_level: config.alwaysLevel ?? '',
    backup_media: 'fs',
    backup_name: manifest.name,
    client_os: process.platform,
    client_version: PROGRAM_VERSION,
    compression: manifest.compression,
    container,
    curr_backup_level: manifest.level,
    dry_run: '',
    fs_real_path: manifest.source,
    hostname: manifest.hostname,
    max_level: config.maxLevel ?? '',
    mode: 'fs',
    path_to_backup: manifest.source,
    storage,
    time_stamp: Math.floor(new Date(manifest.startedAt).getTime() / 1000),
    vol_snap_path: manifest.source,

    backup_id: manifest.backup,
    backup_chain: manifest.chain,
    backup_base: manifest.base?.backup ?? '',
    backup_size_uncompressed: totals.contentBytes,
    backup_size_compressed: totals.storedBytes,
    changed_files: totals.changed,
    encrypted: manifest.dataKey !== undefined,
    end_time_stamp: Math.floor(new Date(manifest.finishedAt).getTime() / 1000),
    engine_name: manifest.engine,
    level: manifest.level,
    skipped_files: totals.skipped,
    total_directories: totals.directories,
    total_files: totals.files,
  };
}

/**
 * Where the first copy is, in words that find it again: an address stands alone, and what a file describes is known by its
 * name.
 */
function placeOf({ storages: [first], storage = [] }: AgentConfig<'backup'>): {
  storage: string;
  container: string;
} {
  if (!first) return { storage: '', container: '' };
  const { name, kind = 'local', address, settings } = first;
  const container = typeof settings['container'] === 'string' ? settings['container'] : (address ?? '');
  const isNamed = storage.includes(name);
  return { storage: isNamed ? name : address === undefined ? kind : '', container };
}
