import { sweepOrphan, type Orphan } from '#backup-set';
import type { Parts } from './parts.js';
import type { StepContext } from './runner/step-kind.js';

/** Takes away what may be taken away, and tells what became of it. */
export async function sweep({ storage }: Parts, orphan: Orphan, context: StepContext): Promise<void> {
  const { state, reason } = orphan;
  const outcome = await sweepOrphan(storage, orphan, context.signal);
  const facts = { backup: orphan.found.placed.id, reason };
  if (outcome === 'swept') context.emit({ name: 'orphan-swept', facts });
  else if (outcome !== 'left')
    context.emit({
      name: 'orphan-left',
      facts: { ...facts, code: outcome.code, message: outcome.message },
    });
  else if (state === 'unclear') context.emit({ name: 'orphan-left', facts });
}
