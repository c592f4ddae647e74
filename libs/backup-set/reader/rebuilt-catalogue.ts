import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFailure, Failure } from '#kernel';
import { CatalogueWriter, type EntryTotals } from '../catalogue/catalogue-writer.js';
import { onDisk } from '../frames/document-writer.js';
import type { Manifest } from '../manifest.js';
import type { Rescue } from './rescue.js';

/**
 * Writes the catalogue of a stream into a temporary file, without notices, which only the lost one had. Gives back its
 * path. `catalogue.damaged` when the stream is damaged too: what lies behind a gap cannot be told for certain.
 */
export async function rebuildCatalogue(
  stream: AsyncIterable<Uint8Array>,
  manifest: Manifest,
  { scan, directory }: Rescue,
): Promise<string> {
  const folder = await mkdtemp(join(directory, 'catalogue-'));
  const path = join(folder, manifest.backup);
  try {
    const totals = await writeEntries(scan(stream), path);
    if (!agree(totals, manifest.totals)) {
      throw new Failure('catalogue.damaged', 'its stream does not have as many entries as its manifest says');
    }
    return path;
  } catch (error) {
    await rm(folder, { recursive: true });
    const failure = asFailure(error);
    if (failure.kind !== 'corrupt') throw failure;
    throw new Failure(
      'catalogue.damaged',
      `the catalogue of backup ${manifest.backup} is damaged and cannot be made anew: ${failure.message}`,
      { backup: manifest.backup },
      failure,
    );
  }
}

async function writeEntries(parts: ReturnType<Rescue['scan']>, path: string): Promise<EntryTotals> {
  const file = await onDisk(path, () => open(path, 'wx', 0o600));
  try {
    const catalogue = new CatalogueWriter({
      append: (bytes) => onDisk(path, () => file.writeFile(bytes)),
    });
    for await (const { entries } of parts) await catalogue.addEntries(entries);
    await catalogue.close([]);
    return catalogue.totals;
  } finally {
    await file.close();
  }
}

function agree(found: EntryTotals, promised: EntryTotals): boolean {
  return (['entries', 'files', 'directories', 'contentBytes'] as const).every(
    (key) => found[key] === promised[key],
  );
}
