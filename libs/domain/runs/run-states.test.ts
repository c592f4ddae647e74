import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { checkTransition, hasEnded, isActive, RUN_ENDS, RUN_STATES, RUN_TRANSITIONS } from './run-states.js';

describe('the states of a run', () => {
  for (const from of RUN_STATES) {
    for (const to of RUN_STATES) {
      const allowed = from === to || RUN_TRANSITIONS[from].includes(to);
      it(`${from} ${allowed ? 'may' : 'may not'} become ${to}`, () => {
        const check = () => checkTransition({ id: 'r', state: from }, to);
        if (allowed) check();
        else assert.throws(check, (error) => isFailure(error, 'run.transition-invalid'));
      });
    }
  }

  it('end with what a holder says, and with nothing else', () => {
    assert.deepEqual(RUN_STATES.filter(hasEnded), RUN_ENDS);
  });

  it('are active until they end or are given up', () => {
    assert.deepEqual(RUN_STATES.filter(isActive), ['claimed', 'running']);
  });

  it('all lead to an end', () => {
    for (const state of RUN_STATES.filter((each) => !hasEnded(each))) {
      for (const end of RUN_ENDS) assert.ok(RUN_TRANSITIONS[state].includes(end), `${state} to ${end}`);
    }
  });
});
