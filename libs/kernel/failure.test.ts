import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { asFailure, exitCodes, Failure, failureCatalog, isFailure, type FailureCode } from '#kernel';

const codes = Object.keys(failureCatalog) as FailureCode[];

describe('the failure catalog', () => {
  for (const code of codes) {
    it(`gives ${code} a name, an exit code and a hint that begins with what to do`, () => {
      const { hint, kind } = failureCatalog[code];
      assert.match(code, /^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.match(hint, /^[A-Z][^.!?]*(\.[a-z][^.!?]*)*[^.]\.$/, hint);
      assert.ok(exitCodes[kind] > 0);
    });
  }
});

describe('a failure', () => {
  it('knows its kind, retry and hint by its code', () => {
    const failure = new Failure('storage.timeout', 'no answer');
    assert.deepEqual([failure.kind, failure.retry], ['unavailable', 'later']);
    assert.equal(failure.hint, failureCatalog['storage.timeout'].hint);
  });

  it('gathers facts on the way out; those nearer to the cause win', () => {
    const cause = new Error('socket hang up');
    const failure = new Failure('storage.timeout', 'no answer', { key: 'a' }, cause).with({
      key: 'b',
      run: 7,
    });
    assert.deepEqual(failure.context, { key: 'a', run: 7 });
    assert.equal(failure.cause, cause);
  });

  it('is made of anything that is thrown', () => {
    const own = new Failure('run.cancelled', 'enough');
    assert.equal(asFailure(own), own);
    assert.equal(asFailure(new Error('oops')).code, 'internal.unexpected');
    assert.equal(asFailure('text').message, 'text');
    const aborted = AbortSignal.abort().reason as Error;
    assert.equal(asFailure(aborted).code, 'run.cancelled');
    assert.equal(asFailure(Object.assign(new Error('x', { cause: own }), { name: 'AbortError' })), own);
  });

  it('is told from others by its codes', () => {
    const failure = new Failure('backup.busy', 'busy');
    assert.equal(isFailure(failure), true);
    assert.equal(isFailure(failure, 'backup.missing', 'backup.busy'), true);
    assert.equal(isFailure(failure, 'backup.missing'), false);
    assert.equal(isFailure(new Error('x')), false);
  });
});
