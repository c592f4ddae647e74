import { Failure } from '#kernel';
import type { EngineState } from '../../../archive-engine.js';
import { isInPlace, type BasePlace } from '../state/base-state.js';

/**
 * The parts of a run that takes every directory of the base to be where it was, while it is looked whether that is so:
 * tar goes through the source for a while before it writes anything. Nothing is given on before that is known. When a
 * directory is somewhere else, the run is stopped, and the end is `moved`. The run says when tar has begun, since a look
 * before would keep it waiting.
 */
export async function* unlessMoved<Part, End>(
  base: EngineState,
  place: BasePlace,
  signal: AbortSignal,
  run: (signal: AbortSignal, hasBegun: () => void) => AsyncGenerator<Part, End>,
): AsyncGenerator<Part, End | 'moved'> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let hasMoved = false;
  let looked: Promise<void> = Promise.resolve();
  const look = async () => {
    try {
      hasMoved = !(await isInPlace(base, place, either));
      if (hasMoved) stop.abort(new Failure('source.unstable', 'directories are not where they were'));
    } catch (error) {
      stop.abort(error);
    }
  };
  const parts = run(either, () => {
    looked = look();
  });
  try {
    for (let next = await parts.next(); ; next = await parts.next()) {
      await looked;
      if (hasMoved) return 'moved';
      stop.signal.throwIfAborted();
      if (next.done) return next.value;
      yield next.value;
    }
  } catch (error) {
    // What is wrong with the base explains what tar says of it.
    await looked;
    if (hasMoved) return 'moved';
    stop.signal.throwIfAborted();
    throw error;
  } finally {
    stop.abort(new Failure('run.cancelled', 'nobody asks any more'));
    await looked;
    await parts.return(undefined as never);
  }
}
