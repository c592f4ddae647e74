import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { aJob, at, NOW } from '../testing/runs.js';
import { hasFile, withFile, withoutFile } from './job-file.js';
import { JOB_STATUSES, type Job } from './job.js';

const ofFile = (rest: Partial<Job> = {}) =>
  aJob({ origin: { kind: 'file', file: 'www.yaml', digest: 'd1' }, ...rest });

describe('a job of a file', () => {
  it('is stopped when the file is gone, unless it is over or ends anyway', () => {
    const after = JOB_STATUSES.map((status) => withoutFile(ofFile({ status }), at(1)).status);
    assert.deepEqual(after, ['stopped', 'stopped', 'stopped', 'stopped', 'aborting', 'completed']);
    assert.equal(hasFile(withoutFile(ofFile(), at(1))), false);
  });

  it('forgets what it was asked for when the file is gone, but not an abort', () => {
    assert.equal(withoutFile(ofFile({ event: 'start' }), at(1)).event, undefined);
    assert.equal(withoutFile(ofFile({ event: 'abort' }), at(1)).event, 'abort');
  });

  it('goes on when the file is back: what repeats, from then; what runs once, as it was', () => {
    const hourly = withoutFile(ofFile({ schedule: { interval: '1 hours' } }), at(1));
    const again = withFile(hourly, 'www.yaml', 'd1', at(50));
    assert.deepEqual([again.status, again.activation], ['new', { count: 1, at: at(50) }]);
    assert.equal(hasFile(again), true);
    const once = withFile(withoutFile(ofFile(), at(1)), 'www.yaml', 'd1', at(50));
    assert.deepEqual([once.status, once.activation], ['new', { count: 1, at: NOW }]);
  });

  it('stays completed when the file was away for a while', () => {
    const away = withoutFile(ofFile({ status: 'completed' }), at(1));
    assert.equal(withFile(away, 'www.yaml', 'd1', at(2)).status, 'completed');
  });

  it('stays stopped when a person stopped it, and the file changes', () => {
    const after = withFile(ofFile({ status: 'stopped' }), 'www.yaml', 'd2', at(2));
    assert.deepEqual(
      [after.status, after.origin],
      ['stopped', { kind: 'file', file: 'www.yaml', digest: 'd2' }],
    );
  });
});
