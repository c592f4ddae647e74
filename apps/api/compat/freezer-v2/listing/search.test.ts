import assert from 'node:assert/strict';
import { demanded, matches, searchOf } from './search.js';

const JOB = {
  job_id: 'j',
  client_id: 'web1',
  job_schedule: { status: 'running', time_started: 5 },
  job_actions: [
    { action_id: 'first', freezer_action: { action: 'backup', log_file: null } },
    { action_id: 'second', freezer_action: { action: 'restore' } },
  ],
};

const TABLE: readonly { why: string; body: Parameters<typeof searchOf>[0]; found: boolean }[] = [
  { why: 'at the top', body: { match: [{ client_id: 'web1' }] }, found: true },
  { why: 'deeper', body: { match: [{ status: 'running' }] }, found: true },
  { why: 'a number', body: { match: [{ time_started: 5 }] }, found: true },
  { why: 'no number but its text', body: { match: [{ time_started: '5' }] }, found: false },
  { why: 'the last of several', body: { match: [{ action_id: 'second' }] }, found: true },
  { why: 'not the first of several', body: { match: [{ action_id: 'first' }] }, found: false },
  {
    why: 'all of them must hold',
    body: { match: [{ client_id: 'web1' }, { status: 'stop' }] },
    found: false,
  },
  { why: 'none of these may hold', body: { match_not: [{ status: 'stop' }, { job_id: 'j' }] }, found: false },
  { why: 'what does not hold', body: { match_not: [{ status: 'completed' }] }, found: true },
  { why: 'null for what is not there', body: { match: [{ colour: null }] }, found: true },
  { why: 'null for what is null', body: { match: [{ log_file: null }] }, found: true },
  {
    why: 'a whole object',
    body: { match: [{ job_schedule: { time_started: 5, status: 'running' } }] },
    found: true,
  },
  { why: 'all as the text of a list', body: { match: [{ _all: '[{"status":"running"}]' }] }, found: true },
  { why: 'and what it does not find', body: { match: [{ _all: '[{"status":"stop"}]' }] }, found: false },
  {
    why: 'then nothing else counts',
    body: { match: [{ _all: '[]' }, { job_id: 'x' }], match_not: [{ job_id: 'j' }] },
    found: true,
  },
];

describe("Freezer's search", () => {
  for (const { why, body, found } of TABLE) {
    it(`${found ? 'finds' : 'passes over'}: ${why}`, () => {
      const search = searchOf(body);
      assert.ok(search);
      assert.equal(matches(search, JOB), found);
    });
  }

  it('looks for nothing when nothing is asked that it understands', () => {
    for (const body of [
      {},
      { time_before: 1 },
      { match: [{ _all: 'web1' }] },
      { match: [{ _all: '{"a":1}' }] },
    ]) {
      assert.equal(searchOf(body), undefined, JSON.stringify(body));
    }
  });

  it('knows what every document it finds must have', () => {
    assert.equal(demanded(searchOf({ match: [{ client_id: 'web1' }] }), 'client_id'), 'web1');
    assert.equal(demanded(searchOf({ match_not: [{ client_id: 'web1' }] }), 'client_id'), undefined);
    assert.equal(demanded(undefined, 'client_id'), undefined);
  });
});
