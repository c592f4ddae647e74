import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { silentLogger, systemClock, type ActionId } from '#kernel';
import { aBackup, aJob, anAction, aRun, aUser } from '#metadata/testing';
import { freshMetadata, type FreshMetadata } from './fresh-metadata.fixture.js';
import { sqlMetadata } from './sql-metadata.js';

describe('metadata in PostgreSQL', () => {
  let fresh: FreshMetadata;
  before(async () => {
    fresh = await freshMetadata();
  });
  after(() => fresh.close());

  it('do a transaction anew that a deadlock has ended', async () => {
    const [a, b] = [anAction({ maxRetries: 0 }), anAction({ maxRetries: 0 })];
    await fresh.metadata.transaction(async ({ actions }) => {
      await actions.insert(a);
      await actions.insert(b);
    });
    let attempts = 0;
    let waiting = 2;
    const { promise: bothHaveOne, resolve } = Promise.withResolvers<void>();
    const count = (first: ActionId, second: ActionId) =>
      fresh.metadata.transaction(async ({ actions }) => {
        attempts += 1;
        const one = await actions.get(first, 'lock');
        if (--waiting <= 0) resolve();
        await bothHaveOne;
        const other = await actions.get(second, 'lock');
        for (const row of [one!, other!]) await actions.update({ ...row, maxRetries: row.maxRetries + 1 });
      });
    await Promise.all([count(a.id, b.id), count(b.id, a.id)]);
    assert.equal(attempts, 3);
    const counted = await fresh.metadata.transaction(({ actions }) => actions.get(a.id));
    assert.equal(counted?.maxRetries, 2);
  });

  it('refuse to end well after a refused statement, even if the work passes over it', async () => {
    const [run, odd] = [aRun(), aJob({ description: 'a\u0000b' })];
    const done = fresh.metadata.transaction(async ({ runs, jobs }) => {
      await runs.insert(run);
      await jobs.insert(odd).catch(() => undefined);
      await runs.get(run.id).catch(() => undefined);
    });
    await assert.rejects(done, { code: 'input.invalid' });
    assert.equal(await fresh.metadata.transaction(({ runs }) => runs.get(run.id)), undefined);
  });

  it('finish a statement that the work did not wait for, before they commit', async () => {
    const run = aRun();
    await fresh.metadata.transaction(async ({ runs }) => {
      void runs.insert(run);
    });
    assert.deepEqual(await fresh.metadata.transaction(({ runs }) => runs.get(run.id)), run);
  });

  it('say what cannot be stored: U+0000, and a name that no index takes', async () => {
    const noise = Array.from({ length: 9_000 }, (_, index) => ((index * 7919) % 9973).toString(36)).join('');
    for (const metadata of [{ backup_id: 'a\u0000' }, { backup_id: noise }]) {
      const backup = aBackup({ metadata, runId: aRun().id });
      const done = fresh.metadata.transaction(({ backups }) => backups.insert(backup));
      await assert.rejects(done, { code: 'input.invalid' });
    }
    const found = fresh.metadata.transaction(({ clients }) =>
      clients.list({ where: { clientId: '\u0000' } }),
    );
    await assert.rejects(found, { code: 'input.invalid' });
  });

  it('refuse numbers that they could not give back', async () => {
    for (const bytesRead of [2 ** 53, 0.5, Number.NaN, Infinity]) {
      const done = fresh.metadata.transaction(({ runs }) => runs.insert(aRun({ bytesRead })));
      await assert.rejects(done, { code: 'metadata.failed' }, `${bytesRead}`);
    }
  });

  it('do not tell what was to be stored when they fail', async () => {
    const passwordHash = '$argon2id$very-secret';
    const [first, second] = [aUser(), aUser({ passwordHash })];
    await fresh.metadata.transaction(async ({ users }) => {
      await users.insert(first);
      await users.insert(second);
    });
    for (const wrong of [
      { name: first.name },
      { createdAt: new Date(Number.NaN) },
      { name: null as never },
    ]) {
      const failing = fresh.metadata.transaction(({ users }) => users.update({ ...second, ...wrong }));
      await assert.rejects(failing, (error: Error) => {
        assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /very-secret/);
        return true;
      });
    }
  });

  it('give up on a lock that somebody holds for too long', async () => {
    const { url } = fresh;
    const [logger, clock] = [silentLogger, systemClock];
    const impatient = await sqlMetadata({ url, logger, clock, statementTimeoutMs: 400 });
    const action = anAction();
    try {
      await fresh.metadata.transaction(({ actions }) => actions.insert(action));
      await fresh.metadata.transaction(async ({ actions }) => {
        await actions.get(action.id, 'lock');
        const other = impatient.transaction((stores) => stores.actions.get(action.id, 'lock'));
        await assert.rejects(other, { code: 'metadata.unavailable' });
        await actions.update({ ...action, maxRetries: 1 });
      });
    } finally {
      await impatient.close();
    }
  });

  it('end a transaction that was forgotten', async () => {
    const impatient = await freshMetadata({ statementTimeoutMs: 1_000 });
    const patient = await sqlMetadata({ url: impatient.url, logger: silentLogger, clock: systemClock });
    const action = anAction();
    const locked = Promise.withResolvers<void>();
    const remembered = Promise.withResolvers<void>();
    try {
      await patient.transaction(({ actions }) => actions.insert(action));
      const forgotten = impatient.metadata.transaction(async ({ actions }) => {
        await actions.get(action.id, 'lock');
        locked.resolve();
        await remembered.promise;
      });
      await Promise.race([locked.promise, forgotten]);
      // Whoever waits for the lock gets it, though nobody gave it back.
      assert.ok(await patient.transaction(({ actions }) => actions.get(action.id, 'lock')));
      remembered.resolve();
      await assert.rejects(forgotten, { code: 'metadata.unavailable' });
    } finally {
      remembered.resolve();
      await patient.close();
      await impatient.close();
    }
  });
});
