import type { Chain, Rescue, Rescued } from '#backup-set';
import type { Parts } from '../parts.js';
import type { StepContext } from '../runner/step-kind.js';

/** With this a reader makes a damaged index or catalogue anew, by reading the data as the engine does. */
export function rescueOf({ engine, workDirectory }: Parts): Rescue {
  return { scan: (bytes) => engine.scan(bytes), directory: workDirectory };
}

/** Everything that was made anew so far to read a chain. */
export function rescuedIn(chain: Chain): Rescued[] {
  return chain.flatMap(({ rescued }) => rescued);
}

/** Tells of each object that was made anew while `act` went on. */
export async function tellingRescued<T>(
  context: StepContext,
  chain: Chain,
  act: () => Promise<T>,
): Promise<T> {
  const before = new Set(rescuedIn(chain));
  const result = await act();
  for (const rescued of rescuedIn(chain)) {
    if (before.has(rescued)) continue;
    const { object, backup, failure, unnamed } = rescued;
    context.emit({ name: 'object-rescued', facts: { object, backup, message: failure.message, unnamed } });
  }
  return result;
}
