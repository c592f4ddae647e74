import { Inject, Injectable } from '@nestjs/common';
import { asFailure, deadline, Failure, monotonicMs, z, type FailureCode } from '#kernel';
import { CONTROL_PARTS } from '../tokens.js';

const part = z.object({
  ready: z.boolean(),
  ms: z.int().describe('how long it took to find out'),
  code: z.string().optional().describe('of the failure'),
  detail: z.string().optional(),
});

export const readinessView = z
  .object({ ready: z.boolean(), parts: z.object({ database: part, queue: part }) })
  .meta({ id: 'Readiness' });
export type ReadinessView = z.infer<typeof readinessView>;

/** Longer than a database needs, and shorter than those who ask will wait. */
const PATIENCE_MS = 5000;

interface Askable {
  ready(signal?: AbortSignal): Promise<void>;
}

interface Asked {
  readonly metadata: Askable;
  readonly queue: Askable;
}

/** Whether this process can do its work. */
@Injectable()
export class Readiness {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: Asked) {}

  async look(): Promise<ReadinessView> {
    const [database, queue] = await Promise.all([
      stateOf(this.parts.metadata, 'metadata.unavailable'),
      stateOf(this.parts.queue, 'queue.unavailable'),
    ]);
    return { ready: database.ready && queue.ready, parts: { database, queue } };
  }
}

async function stateOf(asked: Askable, late: FailureCode): Promise<z.infer<typeof part>> {
  const begun = monotonicMs();
  const took = () => Math.round(monotonicMs() - begun);
  const limit = deadline(PATIENCE_MS, new Failure(late, `no answer in ${PATIENCE_MS} ms`));
  try {
    await asked.ready(limit.signal);
    return { ready: true, ms: took() };
  } catch (error) {
    const { code, message } = asFailure(error);
    return { ready: false, ms: took(), code, detail: message };
  } finally {
    limit.clear();
  }
}
