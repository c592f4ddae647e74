import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, silentLogger } from '#kernel';
import { HurryingClock } from '#kernel/testing';
import { waitForDatabase } from './wait-for-database.js';

const away = () => Promise.reject(new Failure('metadata.unavailable', 'no route to host'));

describe('waiting for the database', () => {
  it('ends when it answers, and has said that it is away every few seconds', async () => {
    const told: string[] = [];
    const logger = { ...silentLogger, warn: (words: string) => void told.push(words) };
    let tries = 0;
    const work = () => ((tries += 1) <= 12 ? away() : Promise.resolve('here'));
    const options = { clock: new HurryingClock(), logger, waitMs: 60_000, signal: neverAborted() };
    assert.equal(await waitForDatabase(work, options), 'here');
    assert.deepEqual(told, ['database away', 'database away', 'database away']);
  });

  it('gives up after its time with metadata.unavailable', async () => {
    const clock = new HurryingClock();
    const options = { clock, logger: silentLogger, waitMs: 10_000, signal: neverAborted() };
    await assert.rejects(waitForDatabase(away, options), { code: 'metadata.unavailable' });
    assert.equal(
      clock.sleeps.reduce((sum, ms) => sum + ms, 0),
      10_000,
    );
  });

  it('does not wait when something else is wrong', async () => {
    const clock = new HurryingClock();
    const newer = () => Promise.reject(new Failure('metadata.newer-schema', 'of tomorrow'));
    const options = { clock, logger: silentLogger, waitMs: 10_000, signal: neverAborted() };
    await assert.rejects(waitForDatabase(newer, options), { code: 'metadata.newer-schema' });
    assert.deepEqual(clock.sleeps, []);
  });

  it('ends when the process is told to stop', async () => {
    const stop = new AbortController();
    const clock = new HurryingClock();
    const work = () => {
      stop.abort(new Failure('run.cancelled', 'cancelled by SIGTERM'));
      return away();
    };
    const options = { clock, logger: silentLogger, waitMs: 10_000, signal: stop.signal };
    await assert.rejects(waitForDatabase(work, options), { code: 'run.cancelled' });
  });
});

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
