import { JOB_EVENTS, type JobEvent } from '#domain';
import { Failure, z } from '#kernel';

/** `{"start": null}`: of several keys, the first counts. */
export const freezerEvent = z
  .record(z.string(), z.unknown())
  .describe('one key: start, stop or abort')
  .meta({ id: 'FreezerEvent' });
export type FreezerEvent = z.infer<typeof freezerEvent>;

/** Rejects with `input.invalid`. */
export function eventOf(document: FreezerEvent): JobEvent {
  const [wanted] = Object.keys(document);
  const event = JOB_EVENTS.find((each) => each === wanted);
  if (event) return event;
  const found = wanted === undefined ? 'there is none' : `"${wanted}" is none`;
  throw new Failure(
    'input.invalid',
    `bad action method: an event is one of ${JOB_EVENTS.join(', ')}; ${found}`,
  );
}
