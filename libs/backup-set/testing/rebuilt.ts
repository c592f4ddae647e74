import type { ListedBackup } from '#backup-set';
import { FrameSealer } from '../frames/frame-sealer.js';
import { rebuildIndex } from '../reader/rebuilt-index.js';
import type { Bench } from './bench.js';

/** Makes the index of a backup anew from its segments, and gives the length of the stream that it describes. */
export async function rebuildIndexOf(
  { storage, container }: Bench,
  { folder, read: { manifest } }: ListedBackup,
): Promise<number> {
  const place = { container: container.id, backup: manifest.backup };
  const sealer = new FrameSealer('data', place, container.dataKey(manifest.dataKey, manifest.backup));
  const index = await rebuildIndex({ storage, folder, manifest, sealer, lanes: 2 });
  return index.streamBytes;
}
