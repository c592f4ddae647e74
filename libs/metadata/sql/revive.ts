import type { Attempt, SessionJob } from '#domain';

/** Documents in a `json` column have their moments as text. */
interface Span {
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

export function revivedAttempts(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.map(revived);
}

export function revivedSessionJobs<Key extends string>(
  jobs: Readonly<Record<Key, SessionJob>>,
): Readonly<Record<Key, SessionJob>> {
  const entries = Object.entries<SessionJob>(jobs).map(([id, job]) => [id, revived(job)]);
  return Object.fromEntries(entries) as Record<Key, SessionJob>;
}

function revived<Document extends Span>(document: Document): Document {
  return {
    ...document,
    ...(document.startedAt && { startedAt: new Date(document.startedAt) }),
    ...(document.endedAt && { endedAt: new Date(document.endedAt) }),
  };
}
