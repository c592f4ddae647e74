import type { RestorePlan } from '#backup-set';
import { LOAN, type ArchiveEngine } from '#engines';

/** The members of a plan as one stream for the engine: newest level first, hard links behind what they link to. */
export async function* restoreStream(
  plan: RestorePlan,
  engine: Pick<ArchiveEngine, 'retitle'>,
  signal: AbortSignal,
): AsyncGenerator<Buffer | Uint8Array> {
  for (const { reader, members, links, retitled } of plan.levels) {
    yield* reader.lentBytes(members, LOAN, signal);
    yield* reader.bytes(links, signal);
    for (const { path, link, ...range } of retitled) {
      yield* engine.retitle(reader.bytes([range], signal), path, link);
    }
  }
}
