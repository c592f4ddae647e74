import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { failureCatalog } from '#kernel';
import { nodeProblem } from './require-node.js';

describe('the Node that runs Firn', () => {
  const cases = [
    { version: '24.11.0', good: true, why: 'the oldest that will do' },
    { version: '24.21.0', good: true, why: 'the pinned one' },
    { version: '26.0.0', good: true, why: 'newer majors, whatever their minor' },
    { version: '24.10.9', good: false, why: 'one minor too old' },
    { version: '20.20.2', good: false, why: 'an old major with a high minor' },
    { version: '14.21.3', good: false, why: 'the oldest that can read the check' },
  ];

  for (const { version, good, why } of cases) {
    it(`${good ? 'takes' : 'refuses'} ${version}: ${why}`, () => {
      const problem = nodeProblem(version);
      if (good) assert.equal(problem, undefined);
      else
        assert.match(
          problem ?? '',
          new RegExp(`^host\\.node-too-old: this is Node ${version.replaceAll('.', '\\.')}`),
        );
    });
  }

  it('gives the hint of the failure catalog', () => {
    assert.ok(nodeProblem('20.0.0')?.endsWith(failureCatalog['host.node-too-old'].hint));
  });
});
