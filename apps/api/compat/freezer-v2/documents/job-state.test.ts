import assert from 'node:assert/strict';
import type { Job, JobEvent, JobStatus } from '#domain';
import { freezerStateOf, jobStateOf, stateReportOf } from './job-state.js';

const BORN = new Date('2026-11-20T09:00:00Z');
const jobThat = (job: Partial<Job>) => ({ status: 'new', createdAt: BORN, ...job }) as Job;

/** Event of the job, its status, and what a report says of both; whether the event is then done. */
const REPORTS: readonly [JobEvent, JobStatus, string, string, boolean, string][] = [
  ['start', 'new', 'scheduled', '', true, 'it was scheduled'],
  ['start', 'new', 'completed', '', true, 'it could not be scheduled'],
  ['start', 'new', 'running', 'start', false, 'another run was under way'],
  ['stop', 'scheduled', 'stop', '', true, 'it was stopped'],
  ['stop', 'running', 'running', '', false, 'the scheduler has not heard of it yet'],
  ['stop', 'running', 'scheduled', '', false, 'its run has ended, and the scheduler has not heard of it yet'],
  ['stop', 'running', 'completed', 'stop', true, 'its run was its last'],
  ['abort', 'aborting', 'running', 'abort', false, 'it still runs'],
  ['abort', 'aborting', 'completed', 'abort', true, 'it does not any more'],
];

describe("the state of a job in Freezer's words", () => {
  for (const [event, status, told, toldEvent, done, why] of REPORTS) {
    it(`${done ? 'is done with' : 'keeps'} ${event} when a scheduler says "${told}": ${why}`, () => {
      const report = stateReportOf({ job_schedule: { status: told, event: toldEvent } });
      assert.equal(jobStateOf(report, jobThat({ event, status }))?.event, done ? '' : undefined);
    });
  }

  it('does not turn back what is being aborted', () => {
    const report = stateReportOf({ job_schedule: { status: 'running' } });
    assert.equal(jobStateOf(report, jobThat({ status: 'aborting', event: 'abort' }))?.status, 'aborting');
  });

  it('says nothing when there is none in the document', () => {
    for (const document of [
      {},
      { job_schedule: null },
      { job_schedule: { schedule_hour: '3', status: '' } },
    ]) {
      assert.equal(jobStateOf(stateReportOf(document), jobThat({})), undefined);
    }
  });

  it('counts moments in seconds, and what has not been as -1', () => {
    const { startedAt, endedAt } = stateReportOf({
      job_schedule: { time_started: 1_795_000_000, time_ended: -1 },
    });
    assert.deepEqual([startedAt?.toISOString(), endedAt], ['2026-11-18T11:06:40.000Z', undefined]);
    assert.deepEqual(freezerStateOf(jobThat({ startedAt })), {
      ...{ time_created: 1_795_165_200, time_started: 1_795_000_000, time_ended: -1 },
      ...{ status: '', event: '', result: '' },
    });
  });
});
