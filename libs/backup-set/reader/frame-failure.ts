import { asFailure, Failure } from '#kernel';
import type { FrameRow } from '../frames/index-rows.js';
import type { Manifest } from '../manifest.js';

/** Everything that can be wrong with a stored frame, as one of two codes, with the place it has in its backup. */
export function frameFailure(error: unknown, manifest: Manifest, frame: FrameRow): Failure {
  const failure = asFailure(error);
  const context = { backup: manifest.backup, segment: frame.segment, frame: frame.number };
  switch (failure.code) {
    case 'storage.object-missing':
      return new Failure(
        'segment.missing',
        `segment ${frame.segment} of backup ${manifest.backup} is missing`,
        context,
        failure,
      );
    case 'storage.range-invalid':
      return new Failure(
        'frame.damaged',
        `segment ${frame.segment} of backup ${manifest.backup} is cut short`,
        context,
        failure,
      );
    case 'frame.damaged':
    case 'codec.failed':
      return new Failure(
        'frame.damaged',
        frame.stored === 0
          ? `frame ${frame.number} of backup ${manifest.backup} is in none of its segments`
          : `frame ${frame.number} in segment ${frame.segment} of backup ${manifest.backup} is damaged`,
        context,
        failure,
      );
    default:
      return failure.with(context);
  }
}
