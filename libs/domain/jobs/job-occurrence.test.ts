import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, type FailureCode } from '#kernel';
import { aJob, at } from '../testing/runs.js';
import { checkOccurrence } from './job-occurrence.js';
import type { Job } from './job.js';

const HOURLY = { schedule: { interval: '1 hours' } };
const key = (seconds: number) => at(seconds).toISOString();

describe('an occurrence that is claimed', () => {
  const cases: readonly [string, Partial<Job>, string, number, FailureCode | undefined][] = [
    ['of a job that runs once', {}, 'once:1', 0, undefined],
    [
      'of a job that was started anew since',
      { activation: { count: 2, at: at(5) } },
      'once:1',
      0,
      'run.transition-invalid',
    ],
    ['of an activation that is not there yet', {}, 'once:2', 0, 'run.transition-invalid'],
    ['at its moment', HOURLY, key(3600), 3600, undefined],
    ['at another moment than its own', HOURLY, key(3600), 3601, 'input.invalid'],
    ['once, of a job that repeats', HOURLY, 'once:1', 0, 'run.transition-invalid'],
    ['at a moment, of a job that runs once', {}, key(0), 0, 'run.transition-invalid'],
    [
      'from before the job was scheduled anew',
      { ...HOURLY, activation: { count: 1, at: at(4000) } },
      key(3600),
      3600,
      'run.transition-invalid',
    ],
    ['of a date, in time', { schedule: { date: '2026-11-20T12:01:00Z' } }, key(60), 60, undefined],
    [
      'of a date that had just passed',
      { schedule: { date: '2026-11-20T11:59:00Z' } },
      key(-60),
      0,
      undefined,
    ],
    [
      'of a date, before its time',
      { schedule: { date: '2026-11-20T12:01:00Z' } },
      key(60),
      59,
      'input.invalid',
    ],
    ['of a job that is stopped', { status: 'stopped' }, 'once:1', 0, 'run.transition-invalid'],
    ['of a job that is to be stopped', { event: 'stop' }, 'once:1', 0, 'run.transition-invalid'],
    ['of a job that is completed', { status: 'completed' }, 'once:1', 0, 'run.transition-invalid'],
    ['of a completed job that is started', { status: 'completed', event: 'start' }, 'once:1', 0, undefined],
    ['that is no moment', HOURLY, 'tomorrow', 0, 'input.invalid'],
    ['without a count', {}, 'once:', 0, 'input.invalid'],
    ['with a count that is not written as counts are', {}, 'once:01', 0, 'input.invalid'],
    ['whose moment is written in another way', HOURLY, '2026-11-20T13:00:00Z', 3600, 'input.invalid'],
  ];
  for (const [what, job, occurrence, dueAt, code] of cases) {
    it(`${what} is ${code === undefined ? 'taken' : `refused: ${code}`}`, () => {
      assert.equal(
        codeOf(() => checkOccurrence(aJob(job), { occurrence, dueAt: at(dueAt) })),
        code,
      );
    });
  }
});

function codeOf(act: () => void): FailureCode | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}
