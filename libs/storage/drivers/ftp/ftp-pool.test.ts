import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { failsWith } from '#storage/testing';
import type { FtpConnection } from './ftp-connection.js';
import { FtpPool } from './ftp-pool.js';

/** As much of a connection as the pool looks at. */
function connection(quietMs = 0, settle: () => Promise<void> = () => Promise.resolve()): FtpConnection {
  const made = { isAlive: true, quietMs, settle, close: () => void (made.isAlive = false) };
  return made as unknown as FtpConnection;
}

describe('connections to an FTP server', () => {
  it('are kept, and replaced when they died meanwhile', async () => {
    const made = [connection(), connection()];
    const pool = new FtpPool(1, 'ftp://h/a', async () => made.shift() ?? assert.fail('a third one'));
    const first = await pool.run(undefined, async (open) => open);
    assert.equal(await pool.run(undefined, async (open) => open), first);
    first.close();
    assert.notEqual(await pool.run(undefined, async (open) => open), first);
    assert.equal(made.length, 0);
  });

  it('are asked first when they were quiet for long, and replaced when they do not answer', async () => {
    let asked = 0;
    const good = connection(60_000, async () => void (asked += 1));
    const bad = connection(60_000, () => Promise.reject(new Error('gone')));
    const made = [bad, good];
    const pool = new FtpPool(1, 'ftp://h/a', async () => made.shift() ?? assert.fail('a third one'));
    const leased = [];
    for (let call = 0; call < 3; call += 1) leased.push(await pool.run(undefined, async (open) => open));
    assert.deepEqual([leased[0] === bad, leased[1] === good, leased[2] === good], [true, true, true]);
    assert.deepEqual([bad.isAlive, asked], [false, 1]);
  });

  it('are waited for in order, until the wait is called off or the pool is closed', async () => {
    const pool = new FtpPool(1, 'ftp://h/a', async () => connection());
    const lease = await pool.lease();
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const called = pool.lease(stop.signal);
    const closed = failsWith('storage.closed', () => pool.lease());
    stop.abort(reason);
    await assert.rejects(called, (error) => error === reason);
    pool.close();
    await closed;
    assert.equal(lease.connection.isAlive, false);
    lease.giveBack();
  });
});
