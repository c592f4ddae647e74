import type { Entry } from '#domain';
import { asFailure, Failure, isFailure } from '#kernel';
import type { StorageBackend } from '#storage';
import { mapInOrder, meter } from '#codecs';
import type { ListedBackup } from '../backup-list.js';
import type { CatalogueLine } from '../catalogue/catalogue-line.js';
import { isSameEntry } from '../catalogue/same-entry.js';
import type { BackupReader } from '../reader/backup-reader.js';
import { objectsOf, otherBytes, type CheckedObject, type VerifiedObject } from './checked-object.js';
import { evenPieces } from './even-pieces.js';
import { missing, otherSize } from './folder-contents.js';
import { PieceCheck } from './piece-check.js';
import type { SegmentDigests } from './segment-digests.js';

/**
 * Reads every stored byte of the backups, or of those objects that are `wanted`, and compares sizes and digests with the
 * manifests, `lanes` objects at a time, whichever backup they are of. Needs no key. Yields after each object, in order,
 * how much was read, and what is wrong with it.
 */
export async function* verifyObjects(
  storage: StorageBackend,
  backups: ListedBackup | readonly ListedBackup[],
  lanes: number,
  signal?: AbortSignal,
  wanted: (key: string) => boolean = () => true,
): AsyncGenerator<VerifiedObject> {
  const all = [backups].flat() as readonly ListedBackup[];
  yield* mapInOrder(
    eachObject(all, wanted),
    lanes,
    async ({ of, object }, stop) => {
      const { bytes, failure } = await readWhole(storage, object, stop);
      return { of, bytes, ...(failure ? { finding: { thing: object.key, failure } } : {}) };
    },
    signal,
  );
}

/**
 * Opens every frame and reads the stream as its engine does: what comes out must be, entry by entry and digest by
 * digest, what the catalogue says, and, when it was cut by its content, each of its own pieces what its digest says.
 * Rejects at the first difference; {@link BackupReader.damageIn} names the rest. `digests` get the stored frames on their
 * way.
 */
export async function* verifyStream(
  reader: BackupReader,
  scan: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<{ bytes: Uint8Array; entries: readonly Entry[] }>,
  signal?: AbortSignal,
  digests?: SegmentDigests,
): AsyncGenerator<{ bytes: number; entries: number }> {
  const catalogue = reader.catalogue(signal);
  const pieces = new PieceCheck(reader.pieces(signal), reader.manifest);
  const stream = reader.lentStream(signal, {
    stored: (row, bytes) => digests?.add(row, bytes),
    plain: (frame, plain) => pieces.frame(frame, plain),
  });
  try {
    for await (const part of scan(evenPieces(stream))) {
      for (const entry of part.entries) await expectNext(catalogue, entry, reader);
      yield { bytes: part.bytes.length, entries: part.entries.length };
    }
    await expectEnd(catalogue, reader);
    await pieces.finish();
  } finally {
    await pieces.close();
    await catalogue.return(undefined);
  }
}

type Catalogue = AsyncGenerator<CatalogueLine, void>;

async function expectNext(catalogue: Catalogue, entry: Entry, reader: BackupReader): Promise<void> {
  const next = await catalogue.next();
  if (
    !next.done &&
    next.value.kind === 'entry' &&
    isSameEntry(next.value.entry, asFarAs(next.value.entry, entry))
  )
    return;
  throw new Failure(
    'verify.failed',
    `"${entry.path}" in backup ${reader.manifest.backup} is not what the catalogue says`,
    {
      path: entry.path,
      backup: reader.manifest.backup,
    },
  );
}

async function expectEnd(catalogue: Catalogue, reader: BackupReader): Promise<void> {
  for (let next = await catalogue.next(); !next.done; next = await catalogue.next()) {
    if (next.value.kind !== 'entry') continue;
    const { path } = next.value.entry;
    throw new Failure(
      'verify.failed',
      `"${path}" is in the catalogue of backup ${reader.manifest.backup}, but not in its stream`,
      {
        path,
        backup: reader.manifest.backup,
      },
    );
  }
}

async function readWhole(
  storage: StorageBackend,
  object: CheckedObject,
  signal?: AbortSignal,
): Promise<{ bytes: number; failure?: Failure }> {
  try {
    const seen = meter();
    const bytes: AsyncIterable<Buffer> = await storage.get(object.key, undefined, signal);
    for await (const piece of bytes) seen.add(piece);
    const { size, sha256 } = seen.result();
    if (size !== object.size) return { bytes: size, failure: otherSize(object.key, size, object.size) };
    const failure = otherBytes(object, sha256);
    return { bytes: size, ...(failure ? { failure } : {}) };
  } catch (error) {
    if (isFailure(error, 'storage.object-missing')) return { bytes: 0, failure: missing(object.key, error) };
    throw asFailure(error);
  }
}

// An iterable that is ready, in the shape the pool takes.
async function* eachObject(
  backups: readonly ListedBackup[],
  wanted: (key: string) => boolean,
): AsyncGenerator<{ readonly of: ListedBackup; readonly object: CheckedObject }> {
  for (const of of backups) for (const object of objectsOf(of)) if (wanted(object.key)) yield { of, object };
}

/** What the catalogue says nothing of is not compared: large contents of a stream that was cut have no digest. */
function asFarAs({ sha256 }: Entry, entry: Entry): Entry {
  return sha256 === undefined ? { ...entry, sha256 } : entry;
}
