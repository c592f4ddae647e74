import type { Attempt, Run } from '#domain';
import type { RunView } from '#node-protocol';
import { text } from './text.js';

/** Without the marks by which its holder is known. */
export function runView({ holder: _holder, claimId: _claimId, ...run }: Run): RunView {
  return {
    ...run,
    dueAt: text(run.dueAt),
    leaseUntil: text(run.leaseUntil),
    claimedAt: text(run.claimedAt),
    startedAt: text(run.startedAt),
    endedAt: text(run.endedAt),
    heartbeatAt: text(run.heartbeatAt),
    cancelRequestedAt: text(run.cancelRequestedAt),
    createdAt: text(run.createdAt),
    updatedAt: text(run.updatedAt),
    attempts: run.attempts.map(attemptView),
  };
}

function attemptView(attempt: Attempt): RunView['attempts'][number] {
  return {
    ...attempt,
    startedAt: text(attempt.startedAt),
    endedAt: text(attempt.endedAt),
    steps: [...attempt.steps],
  };
}
