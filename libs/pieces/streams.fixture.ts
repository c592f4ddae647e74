import { createHash } from 'node:crypto';
import type { Extent, FramerPart } from './framer.js';
import type { PlainFramed, PlainStream } from './plain-framing.fixture.js';

/** Bytes without a pattern, the same for the same seed. */
export function noise(seed: number, length: number): Buffer {
  const shake = createHash('shake256', { outputLength: Math.max(length, 1) });
  return shake.update(String(seed)).digest().subarray(0, length);
}

/** A stream of contents, each behind 512 bytes that are none, as in an archive. */
export function archiveOf(...contents: readonly Buffer[]): PlainStream {
  let at = 0;
  const slices = contents.flatMap((content, i) => [noise(1000 + i, 512), content]);
  const places = contents.map((content) => {
    const place = { at: at + 512, length: content.length };
    at += 512 + content.length;
    return place;
  });
  return { bytes: Buffer.concat(slices), contents: places.filter(({ length }) => length > 0) };
}

/** The stream in parts of these lengths, again and again, each in memory of its own. */
export function partsOf({ bytes, contents }: PlainStream, lengths: readonly number[]): FramerPart[] {
  const parts: FramerPart[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const end = Math.min(bytes.length, at + lengths[i % lengths.length]!);
    const memory = Buffer.allocUnsafeSlow(end - at);
    bytes.copy(memory, 0, at, end);
    parts.push({
      bytes: memory,
      contents: contents.filter((content) => content.at >= at && content.at < end),
    });
    at = end;
  }
  return parts;
}

/** What extents say, by the frames of each level. */
export function readBack(extents: readonly Extent[], levels: readonly PlainFramed['frames'][]): Buffer {
  return Buffer.concat(
    extents.map(({ level, frame, start, length }) => levels[level]![frame]!.subarray(start, start + length)),
  );
}

export async function* each<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}
