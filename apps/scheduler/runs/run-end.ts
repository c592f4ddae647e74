import type { Attempt, RunEnd, RunReport } from '#domain';

export interface WorkDone {
  readonly fence: number;
  readonly startedAt: Date;
  readonly attempts: readonly Attempt[];
  /** It was cancelled before everything was done. */
  readonly cut: boolean;
}

/** What is to be reported of a run when nothing is left to do. */
export function runEnd({ fence, startedAt, attempts, cut }: WorkDone, now: Date): RunReport {
  const finals = finalAttempts(attempts);
  const failed = finals.find(({ state }) => state === 'failed');
  const stopped = finals.find(({ state }) => state === 'cancelled');
  const cancelled = cut || stopped !== undefined;
  const state = cancelled ? 'cancelled' : stateOf(finals);
  const blamed = cancelled ? stopped : failed;
  const exitCode = cancelled || blamed ? blamed?.exitCode : highest(finals);
  const failure = blamed?.failure ?? (cancelled ? cutShort : undefined);
  return {
    ...{ fence, state, startedAt, endedAt: now, attempts: boundedAttempts(attempts) },
    ...(exitCode !== undefined && { exitCode }),
    ...(failure && { failure }),
    ...{ bytesRead: sum(attempts, 'contentBytes'), bytesStored: sum(attempts, 'storedBytes') },
  };
}

const cutShort = { code: 'run.cancelled', message: 'cancelled before all was done' };

/**
 * The newest attempts that fit into one message: a job may be tried thousands of times, and a request has a limit.
 * Memory of a message: 512 KiB.
 */
export function boundedAttempts(attempts: readonly Attempt[]): readonly Attempt[] {
  let left = MOST_BYTES;
  const fitting = attempts.findLastIndex((attempt) => (left -= JSON.stringify(attempt).length) < 0);
  return attempts.slice(Math.max(fitting + 1, attempts.length - MOST_ATTEMPTS));
}

const MOST_BYTES = 512 << 10;
const MOST_ATTEMPTS = 1000;

/** The last attempt of each action: the one that counts. */
function finalAttempts(attempts: readonly Attempt[]): readonly Attempt[] {
  return [...new Map(attempts.map((attempt) => [attempt.action, attempt])).values()];
}

function stateOf(finals: readonly Attempt[]): RunEnd {
  if (finals.some(({ state }) => state === 'failed')) return 'failed';
  return finals.some(({ state }) => state === 'incomplete') ? 'incomplete' : 'succeeded';
}

function highest(finals: readonly Attempt[]): number | undefined {
  const codes = finals.flatMap(({ exitCode }) => exitCode ?? []);
  return codes.length === 0 ? undefined : Math.max(...codes);
}

/** Bytes that its backups tell; what did not end well told nothing that counts. */
function sum(attempts: readonly Attempt[], fact: string): number {
  return attempts
    .filter(({ does, state }) => does === 'backup' && (state === 'succeeded' || state === 'incomplete'))
    .map(({ facts }) => facts?.[fact])
    .filter((bytes) => typeof bytes === 'number')
    .reduce((total, bytes) => total + bytes, 0);
}
