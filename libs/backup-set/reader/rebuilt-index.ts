import { Failure, isFailure } from '#kernel';
import { mapInOrder } from '#codecs';
import type { StorageBackend } from '#storage';
import { FRAME_OVERHEAD, MAX_PLAIN, placeOf } from '../frames/frame-header.js';
import { FrameIndex } from '../frames/frame-index.js';
import { FrameIndexBuilder } from '../frames/index-builder.js';
import type { FrameRow } from '../frames/index-rows.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import { segmentKey } from '../layout.js';
import type { Manifest } from '../manifest.js';
import { framesIn } from './frame-search.js';

export interface StoredSegments {
  readonly storage: StorageBackend;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly sealer: FrameSealer;
  /** Segments read at the same time. */
  readonly lanes: number;
}

/**
 * The frame index, made from the frames themselves; reads all segments. A frame that is not found has a row all the same,
 * whose stored length is 0: it is damage in a known place. `index.damaged` when the frames contradict the manifest.
 */
export async function rebuildIndex(segments: StoredSegments, signal?: AbortSignal): Promise<FrameIndex> {
  const { manifest } = segments;
  const found: FrameRow[] = [];
  const numbers = manifest.segments.keys();
  const searched = mapInOrder(each(numbers), segments.lanes, (n) => search(segments, n, signal), signal);
  for await (const rows of searched) found.push(...rows);
  return placed(found, manifest);
}

async function search(
  { storage, folder, sealer }: StoredSegments,
  segment: number,
  signal?: AbortSignal,
): Promise<FrameRow[]> {
  const rows: FrameRow[] = [];
  try {
    const bytes: AsyncIterable<Buffer> = await storage.get(segmentKey(folder, segment), undefined, signal);
    for await (const row of framesIn(bytes, sealer, segment)) rows.push(row);
  } catch (error) {
    if (!isFailure(error, 'storage.object-missing')) throw error;
  }
  return rows;
}

/** All frames but the last of the stream are equally long, so each has its place by its number. */
function placed(found: readonly FrameRow[], manifest: Manifest): FrameIndex {
  const { streamBytes } = manifest.totals;
  const usual = usualLength(found, manifest);
  const count = Math.ceil(streamBytes / usual);
  const stored = manifest.segments.reduce((sum, { size }) => sum + size, 0);
  const isPossible = Number.isInteger(usual) && usual > 0 && usual <= MAX_PLAIN;
  // Before memory is taken for rows: so many frames would not fit into the segments.
  if (!isPossible || count * FRAME_OVERHEAD > stored) throw contradiction(manifest);
  const builder = new FrameIndexBuilder();
  const lengthOf = (number: number) => Math.min(usual, streamBytes - number * usual);
  const loseUpTo = (end: number) => {
    for (let number = builder.count; number < end; number += 1) {
      builder.add({ segment: 0, offset: 0, stored: 0, plain: lengthOf(number), number });
    }
  };
  for (const row of found) {
    const place = placeOf(row.number);
    const fits = place >= builder.count && place < count && row.plain === lengthOf(place);
    if (!fits) throw contradiction(manifest);
    loseUpTo(place);
    builder.add(row);
  }
  loseUpTo(count);
  return new FrameIndex(builder.encode(), manifest.level);
}

/** Plain bytes of every frame but the last, told by any frame that is found. */
function usualLength(found: readonly FrameRow[], { segments, totals }: Manifest): number {
  const isLast = ({ segment, offset, stored }: FrameRow) =>
    segment === segments.length - 1 && offset + stored === segments[segment]?.size;
  const usual = found.find((row) => !isLast(row));
  if (usual) return usual.plain;
  const [last] = found;
  if (!last) return MAX_PLAIN;
  const place = placeOf(last.number);
  return place === 0 ? last.plain : (totals.streamBytes - last.plain) / place;
}

function contradiction({ backup }: Manifest): Failure {
  return new Failure(
    'index.damaged',
    `the frames of backup ${backup} are not those of its manifest, so its index cannot be made anew`,
    { backup },
  );
}

// An iterable that is ready, in the shape the pool takes.
async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
