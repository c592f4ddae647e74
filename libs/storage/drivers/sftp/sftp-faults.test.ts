import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { isFailure, monotonicMs, systemClock, type FailureCode } from '#kernel';
import { bodyOf, readAll, type StorageBackend } from '#storage';
import { bytesAt, failsWith, interruptedBody, keysOf, testBytes, textAt, textBody } from '#storage/testing';
import { requireProgram, startLine, startSshd, type Line, type TestSshd } from '#test/support';
import { directoryOf, openOn } from './testing/on-sshd.js';

const MIB = 1 << 20;
const bytes = testBytes(12 * MIB);

describe('a connection to an SSH server that fails', () => {
  let sshd: TestSshd;
  let line: Line;
  let storage: StorageBackend;
  beforeEach(async function () {
    requireProgram(this, 'sshd');
    sshd = await startSshd();
    line = await startLine(sshd.port);
    const known = await readFile(sshd.knownHostsFile, 'utf8');
    await writeFile(sshd.knownHostsFile, known.replaceAll(`:${sshd.port} `, `:${line.port} `));
    storage = await open();
  });
  afterEach(async () => {
    await storage?.close();
    await line?.stop();
    await sshd?.[Symbol.asyncDispose]();
  });
  const open = (others = {}): Promise<StorageBackend> => openOn(sshd, 'c', { port: line.port, ...others });

  /** What is asked for has to end so, and soon. */
  const endsWith = async (code: FailureCode, act: () => Promise<unknown>): Promise<void> => {
    const beginMs = monotonicMs();
    await failsWith(code, act);
    assert.ok(monotonicMs() - beginMs < 10_000, `${monotonicMs() - beginMs} ms`);
  };
  const temporaries = (): Promise<string[]> => readdir(directoryOf(sshd, 'c', '.firn-tmp'));

  it('ends a put that it breaks, and the next one succeeds and takes away what was left', async () => {
    await storage.put('warm', textBody('x'));
    const cut = line.cutAfter(2 * MIB);
    await endsWith('storage.unavailable', () => storage.put('a', bodyOf(bytes)));
    await cut;
    assert.deepEqual(await keysOf(storage), ['warm']);
    assert.equal((await temporaries()).length, 1);
    await storage.put('a', bodyOf(bytes));
    assert.ok(bytes.equals(await bytesAt(storage, 'a')), 'the bytes are the same');
    assert.deepEqual(await temporaries(), []);
  });

  it('ends a get that it breaks, and the next one succeeds', async () => {
    await storage.put('a', bodyOf(bytes));
    const cut = line.cutAfter(2 * MIB);
    await endsWith('storage.unavailable', () => bytesAt(storage, 'a'));
    await cut;
    assert.ok(
      bytes.equals(await bytesAt(storage, 'a', { start: 0, end: bytes.length })),
      'the bytes are the same',
    );
  });

  it('is replaced when it broke while nobody used it, at the latest by the second call', async () => {
    await storage.put('a', textBody('x'));
    for (let round = 0; round < 3; round += 1) {
      line.cut();
      // What the line knows may not have come to our ears yet.
      const text = await textAt(storage, 'a').catch((error: unknown) => {
        assert.ok(isFailure(error, 'storage.unavailable'), String(error));
        return textAt(storage, 'a');
      });
      assert.equal(text, 'x');
    }
  });

  it('is given up when nobody uses it, and made again', async () => {
    const impatient = await open({ timeoutSeconds: 1 });
    await impatient.put('a', textBody('x'));
    while (line.connections().open > 0) await systemClock.sleep(20);
    assert.equal(await textAt(impatient, 'a'), 'x');
    await impatient.close();
  });

  it('is made again when the server was stopped and started', async () => {
    await storage.put('a', textBody('x'));
    await sshd.stop();
    await endsWith('storage.unavailable', () => storage.head('a'));
    await endsWith('storage.unavailable', () => storage.put('b', textBody('x')));
    await sshd.start();
    await storage.put('b', textBody('y'));
    assert.deepEqual(await keysOf(storage), ['a', 'b']);
  });

  it('is noticed when it stalls: in a put, in a get, in a question and at the login', async () => {
    const impatient = await open({ timeoutSeconds: 2 });
    await impatient.put('a', bodyOf(bytes));
    const stalling = interruptedBody(bodyOf(bytes), async () => line.stall());
    await endsWith('storage.timeout', () => impatient.put('b', stalling));
    await endsWith('storage.timeout', () => impatient.head('a'));
    line.goOn();
    line.cut();
    const stream = await impatient.get('a');
    line.stall();
    await endsWith('storage.timeout', () => readAll(stream));
    line.goOn();
    assert.equal((await impatient.head('a')).size, bytes.length);
    await impatient.close();
  });

  it('is not given up while its owner is slow', async () => {
    const impatient = await open({ timeoutSeconds: 2 });
    await impatient.put('a', bodyOf(bytes));
    const stream = await impatient.get('a');
    const pieces = stream[Symbol.asyncIterator]();
    await pieces.next();
    await systemClock.sleep(2500);
    let count = 0;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) count += 1;
    assert.ok(count > 10);
    const slow = interruptedBody(bodyOf(bytes), () => systemClock.sleep(2500));
    await impatient.put('b', slow);
    await impatient.close();
  });

  it('does not hold up a call that is aborted while it stalls, nor the close after it', async () => {
    await storage.put('a', bodyOf(bytes));
    const reason = new Error('no longer wanted');
    const stop = new AbortController();
    const isReason = (error: unknown): boolean => error === reason;
    const stream = await storage.get('a', undefined, stop.signal);
    const { promise: stalled, resolve: sayStalled } = Promise.withResolvers<void>();
    const stalling = interruptedBody(bodyOf(bytes), async () => {
      line.stall();
      sayStalled();
    });
    const put = storage.put('b', stalling, stop.signal);
    await stalled;
    const calls = [put, readAll(stream), storage.head('a', stop.signal), keysOf(storage)];
    const ends = Promise.allSettled(calls.slice(0, 3));
    const ownerless = calls[3]?.catch((error: unknown) => error);
    await new Promise(setImmediate);
    const beginMs = monotonicMs();
    stop.abort(reason);
    for (const end of await ends)
      assert.ok(end.status === 'rejected' && isReason(end.reason), JSON.stringify(end));
    assert.ok(monotonicMs() - beginMs < 500, `${monotonicMs() - beginMs} ms`);
    await storage.close();
    assert.ok(isFailure(await ownerless, 'storage.closed', 'storage.unavailable'), String(await ownerless));
    assert.ok(monotonicMs() - beginMs < 10_000, `${monotonicMs() - beginMs} ms`);
  });

  it('may be so slow that every answer takes a third of a second', async () => {
    await storage.put('warm', textBody('x'));
    line.delay(160);
    const beginMs = monotonicMs();
    await storage.put('a', bodyOf(bytes.subarray(0, MIB)));
    const putMs = monotonicMs() - beginMs;
    // Six turns, and some more for the megabyte.
    assert.ok(putMs < 10 * 320 + 2000, `${putMs} ms`);
    assert.equal((await bytesAt(storage, 'a')).length, MIB);
  });

  it('is tried once when nobody lets us in, not once for each call', async () => {
    const stranger = await open({ user: 'no-such-user' });
    const calls = await Promise.allSettled(Array.from({ length: 4 }, () => stranger.head('a')));
    for (const call of calls) {
      assert.ok(
        call.status === 'rejected' && isFailure(call.reason, 'storage.login-refused'),
        JSON.stringify(call),
      );
    }
    assert.equal(line.connections().made, 1);
    await stranger.close();
  });
});
