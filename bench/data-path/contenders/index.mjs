import { borg } from './borg.mjs';
import { duplicity } from './duplicity.mjs';
import { firn, firnBlock, firnSmallSegments } from './firn.mjs';
import { Missing } from './missing.mjs';
import { plainPipeline, sealedPipeline } from './pipelines.mjs';
import { restic } from './restic.mjs';

/**
 * Whoever is measured, in the order of their turns. Each has
 *
 * * `version(programs)`, which throws {@link Missing} or ENOENT when it is not here;
 * * `command(task, session)`: the command to measure;
 * * `prepare(task, session)` and `after(task, session)`: commands before and after it that are not measured;
 * * `close(session)`: a command that ends what it has left running;
 * * `restored(session)`: where in the target the source comes to lie, `restoredFile(session)` if one file lies elsewhere;
 * * `rounds`: the most it takes part in.
 */
export const contenders = [
  firn,
  firnSmallSegments,
  firnBlock,
  sealedPipeline,
  plainPipeline,
  restic,
  borg,
  duplicity,
];

/** Found, with their versions; and those left out, with the reason. */
export function thoseHere(names, programs) {
  const here = [];
  const leftOut = [];
  for (const contender of contenders.filter(({ name }) => names.includes(name))) {
    try {
      here.push({ contender, version: contender.version(programs) });
    } catch (error) {
      if (error.code !== 'ENOENT' && !(error instanceof Missing)) throw error;
      leftOut.push({
        name: contender.name,
        reason: error instanceof Missing ? error.message : 'not installed',
      });
    }
  }
  return { here, leftOut };
}
