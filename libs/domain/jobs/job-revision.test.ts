import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ActionId } from '#kernel';
import { aJob, at, NOW } from '../testing/runs.js';
import { reviseJob, withNothingToCome, withOutlook, type JobWish } from './job-revision.js';
import { sameDocument } from './same-document.js';
import type { Job } from './job.js';

const revise = (job: Job, wish: Partial<JobWish>, actionsChanged = false) =>
  reviseJob(job, { ...job, ...wish }, actionsChanged, at(100));
const HOURLY = { interval: '1 hours' };

describe('an edit of a job', () => {
  const raises: readonly [string, Partial<JobWish>, boolean][] = [
    ['its client', { clientId: 'web2' }, true],
    ['its actions', { actions: ['b' as ActionId] }, true],
    ['its schedule', { schedule: HOURLY }, true],
    ['only its description', { description: 'new' }, false],
    ['nothing', {}, false],
    ['a schedule that says the same in another order', { schedule: { minute: '5', hour: '2' } }, false],
  ];
  for (const [what, wish, raised] of raises) {
    it(`of ${what} ${raised ? 'raises' : 'keeps'} its revision`, () => {
      const before = aJob({ actions: ['a' as ActionId], schedule: { hour: '2', minute: '5' } });
      assert.equal(revise(before, wish).revision, raised ? 2 : 1);
    });
  }

  it('of what one of its actions says raises its revision', () => {
    assert.equal(revise(aJob(), {}, true).revision, 2);
  });

  it('never begins a new activation', () => {
    for (const schedule of [HOURLY, { date: '2026-12-01T00:00:00Z' }, { hour: '1' }, {}]) {
      assert.equal(revise(aJob({ schedule: HOURLY }), { schedule }).activation.count, 1);
    }
  });

  it('of the schedule has what repeats count from now', () => {
    assert.deepEqual(
      revise(aJob({ schedule: HOURLY }), { schedule: { interval: '2 hours' } }).activation.at,
      at(100),
    );
    assert.deepEqual(revise(aJob(), { schedule: HOURLY }).activation.at, at(100));
  });

  it('of anything else leaves the anchor where it is, and so does one of a job that runs once', () => {
    assert.deepEqual(revise(aJob({ schedule: HOURLY }), { clientId: 'web2' }).activation.at, NOW);
    assert.deepEqual(revise(aJob(), { schedule: { endDate: '2027-01-01T00:00:00Z' } }).activation.at, NOW);
  });
});

describe('the outlook of a job', () => {
  const outlook = (before: Job, wish: Partial<JobWish>, more: boolean) =>
    withOutlook(revise(before, wish), more, before).status;

  it('makes a completed job new again when its new schedule has something to come', () => {
    assert.equal(outlook(aJob({ status: 'completed' }), { schedule: HOURLY }, true), 'new');
    assert.equal(outlook(aJob({ status: 'completed' }), { schedule: HOURLY }, false), 'completed');
  });

  it('leaves completed what is only described anew', () => {
    const before = aJob({ status: 'completed', schedule: HOURLY });
    assert.equal(outlook(before, { description: 'new' }, true), 'completed');
  });

  it('leaves completed what runs once and has done so', () => {
    const schedule = { endDate: '2027-01-01T00:00:00Z' };
    assert.equal(outlook(aJob({ status: 'completed' }), { schedule }, true), 'completed');
  });

  it('completes what waits for nothing, also when it was only just made', () => {
    const schedule = { date: '2020-01-01T00:00:00Z' };
    assert.equal(outlook(aJob({ status: 'scheduled' }), { schedule }, false), 'completed');
    assert.equal(withOutlook(aJob({ schedule }), false, undefined).status, 'completed');
    assert.equal(withOutlook(aJob({ schedule }), true, undefined).status, 'new');
  });

  it('leaves alone what runs, was stopped, or is to be started', () => {
    for (const status of ['running', 'stopped', 'aborting'] as const) {
      assert.equal(outlook(aJob({ status }), { schedule: HOURLY }, false), status);
      assert.equal(outlook(aJob({ status }), { schedule: HOURLY }, true), status);
    }
    assert.equal(withNothingToCome(aJob({ event: 'start' })).status, 'new');
  });
});

describe('two documents', () => {
  const cases: readonly [unknown, unknown, boolean][] = [
    [{ a: 1, b: { c: [1, 2], d: null } }, { b: { d: null, c: [1, 2] }, a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: null }, {}, false],
    [{ a: '1' }, { a: 1 }, false],
    [undefined, {}, false],
    [undefined, undefined, true],
  ];
  for (const [one, other, same] of cases) {
    it(`${JSON.stringify(one)} and ${JSON.stringify(other)} ${same ? 'say the same' : 'differ'}`, () => {
      assert.equal(sameDocument(one, other), same);
      assert.equal(sameDocument(other, one), same);
    });
  }
});
