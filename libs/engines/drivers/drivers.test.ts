import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { archiveEngine, archiveEngines } from './index.js';

describe('the list of engines', () => {
  it('finds an engine by its name', () => {
    for (const engine of archiveEngines) assert.equal(archiveEngine(engine.name), engine);
  });

  it('names the nearest of an unknown one', () => {
    assert.throws(
      () => archiveEngine('tra'),
      (error) => isFailure(error, 'engine.unknown') && error.message.includes('did you mean "tar"'),
    );
  });
});
