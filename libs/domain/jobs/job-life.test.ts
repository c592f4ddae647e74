import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { aJob, at } from '../testing/runs.js';
import { RUN_RESULTS, RUN_STATES } from '../runs/run-states.js';
import { acknowledgeEvent, isLive, jobAfterRun, jobRuns, jobRunsOn, requestEvent } from './job-life.js';
import { JOB_EVENTS, JOB_STATUSES, type Job, type JobEvent, type JobStatus } from './job.js';

describe('a job', () => {
  it('is live while its occurrences count', () => {
    const live = JOB_STATUSES.filter((status) => isLive({ status, event: undefined }));
    assert.deepEqual(live, ['new', 'scheduled', 'running']);
    for (const status of JOB_STATUSES) {
      assert.equal(isLive({ status, event: 'start' }), true);
      assert.equal(isLive({ status, event: 'stop' }), false);
      assert.equal(isLive({ status, event: 'abort' }), false);
    }
  });

  it('that is started has a new activation, whatever it was', () => {
    for (const status of JOB_STATUSES) {
      const { job, reply } = requestEvent(aJob({ status, result: 'fail' }), 'start', at(9));
      assert.equal(reply, 'success');
      assert.deepEqual([job.status, job.event, job.result], ['new', 'start', undefined]);
      assert.deepEqual(job.activation, { count: 2, at: at(9) });
    }
  });

  for (const event of JOB_EVENTS) {
    it(`says so when it was asked to ${event} before, and changes nothing`, () => {
      const before = aJob({ event });
      assert.deepEqual(requestEvent(before, event, at(9)), {
        job: before,
        reply: `${event} already requested`,
      });
    });
  }

  it('that is aborted while it runs is aborting, and stopped when its run has ended', () => {
    const { job } = requestEvent(aJob({ status: 'running' }), 'abort', at(1));
    assert.equal(job.status, 'aborting');
    const after = jobAfterRun(job, 'cancelled', true, at(2));
    assert.deepEqual([after.status, after.result], ['stopped', 'aborted']);
  });

  const acknowledged: readonly [JobEvent | undefined, JobStatus, boolean, JobStatus][] = [
    [undefined, 'new', false, 'scheduled'],
    [undefined, 'scheduled', false, 'scheduled'],
    [undefined, 'completed', false, 'completed'],
    [undefined, 'new', true, 'running'],
    ['start', 'new', false, 'scheduled'],
    ['start', 'new', true, 'running'],
    ['stop', 'scheduled', false, 'stopped'],
    ['stop', 'running', true, 'stopped'],
    ['abort', 'scheduled', false, 'stopped'],
    ['abort', 'aborting', true, 'aborting'],
  ];
  for (const [event, status, running, then] of acknowledged) {
    const what = `${event ?? 'nothing'}${running ? ', while a run runs,' : ''}`;
    it(`that is ${status} is ${then} once its scheduler has taken note of ${what}`, () => {
      const job = acknowledgeEvent(aJob({ status, event }), { event, activation: 1, running }, at(5));
      assert.deepEqual([job.status, job.event], [then, undefined]);
    });
  }

  it('is not changed by a note of an older activation, or of an event that was overtaken', () => {
    const job = aJob({ event: 'stop', activation: { count: 2, at: at(0) } });
    assert.equal(acknowledgeEvent(job, { event: 'stop', activation: 1, running: false }, at(1)), job);
    assert.equal(acknowledgeEvent(job, { event: 'start', activation: 2, running: false }, at(1)), job);
  });

  it('that was stopped while it ran does not run again by itself', () => {
    const { job: asked } = requestEvent(aJob({ status: 'running' }), 'stop', at(1));
    const noted = acknowledgeEvent(asked, { event: 'stop', activation: 1, running: true }, at(2));
    const after = jobAfterRun(noted, 'succeeded', true, at(3));
    assert.deepEqual([after.status, after.result, isLive(after)], ['stopped', 'success', false]);
  });

  it('runs, and is scheduled or completed when its run has ended, with its result', () => {
    const running = jobRuns(aJob({ status: 'scheduled', result: 'fail' }), at(1));
    assert.deepEqual([running.status, running.result, running.startedAt], ['running', undefined, at(1)]);
    for (const state of RUN_STATES) {
      const more = jobAfterRun(running, state, true, at(2));
      const done = jobAfterRun(running, state, false, at(2));
      assert.deepEqual([more.status, done.status], ['scheduled', 'completed']);
      assert.deepEqual([more.result, done.result], [RUN_RESULTS[state], RUN_RESULTS[state]]);
    }
  });

  it('that was started while it ran has that start before it', () => {
    const { job } = requestEvent(jobRuns(aJob(), at(1)), 'start', at(2));
    assert.equal(jobAfterRun(job, 'succeeded', false, at(3)).status, 'new');
  });

  it('whose lost run is heard of again runs on, unless it was stopped or started meanwhile', () => {
    for (const status of JOB_STATUSES) {
      const after = jobRunsOn(aJob({ status }), at(4)).status;
      assert.equal(after, status === 'scheduled' || status === 'completed' ? 'running' : status);
    }
  });

  it('never loses an activation, and is live after a start, whatever else happens', () => {
    const acts: readonly ((job: Job) => Job)[] = [
      (job) => requestEvent(job, 'start', at(1)).job,
      (job) => requestEvent(job, 'stop', at(1)).job,
      (job) => requestEvent(job, 'abort', at(1)).job,
      (job) => acknowledgeEvent(job, { event: job.event, activation: 1, running: false }, at(1)),
      (job) =>
        acknowledgeEvent(job, { event: job.event, activation: job.activation.count, running: true }, at(1)),
      (job) => jobRuns(job, at(1)),
      (job) => jobAfterRun(job, 'succeeded', false, at(1)),
    ];
    const sequence = fc.array(fc.constantFrom(...acts), { maxLength: 20 });
    fc.assert(
      fc.property(sequence, (steps) => {
        let job = aJob();
        for (const step of steps) {
          const before = job;
          job = step(job);
          assert.ok(job.activation.count >= before.activation.count);
        }
        assert.ok(job.event === 'start' || isLive(requestEvent(job, 'start', at(2)).job));
      }),
    );
  });
});
