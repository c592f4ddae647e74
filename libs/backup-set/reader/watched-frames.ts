import type { FrameRow } from '../frames/index-rows.js';
import type { FrameSource } from './frame-source.js';

/** Is told of frames; all bytes are lent for the time of the call. */
export interface FrameLook {
  /** A frame as it is stored, in the order of the stream, before it is opened; again when it is fetched again. */
  stored(row: FrameRow, bytes: Buffer): void;
  /** Its number and its plaintext; again when the stream comes back to it. */
  plain(frame: number, plain: Buffer): Promise<void>;
}

/** The same frames; `look` is told of what is stored. */
export function watchedFrames(frames: FrameSource, look: Pick<FrameLook, 'stored'>): FrameSource {
  return {
    manifest: frames.manifest,
    place: (frame, signal) => frames.place(frame, signal),
    fetch: (segment, start, end, signal) => frames.fetch(segment, start, end, signal),
    open: (row, stored, signal) => {
      look.stored(row, stored);
      return frames.open(row, stored, signal);
    },
  };
}
