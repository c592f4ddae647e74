import { scheduleProblems, type Session } from '#domain';
import type { SessionPatch } from '#node-protocol';
import { below, refuseProblems } from '../problems.js';

/** Seconds during which jobs may join a start, when nothing is said. */
export const HOLD_OFF = 30;

/** The session with what is given. Rejects a schedule that makes no sense with `input.invalid`. */
export function changedSession(before: Session, patch: SessionPatch, now: Date): Session {
  const schedule = patch.schedule ?? before.schedule;
  refuseProblems('session', below('schedule', scheduleProblems(schedule)));
  return {
    ...before,
    description: patch.description ?? before.description,
    schedule,
    holdOff: patch.holdOff ?? before.holdOff,
    updatedAt: now,
  };
}
