import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { runToEnd, systemCommands } from '#host';
import { isFailure } from '#kernel';

const sh = (script: string) => ({ program: 'sh', args: ['-c', script] });

describe('running a command to its end', () => {
  it('gives back what it printed, whatever its exit code', async () => {
    const result = await runToEnd(systemCommands, sh('echo out; echo err >&2; exit 4'));
    assert.deepEqual(result.exit, { code: 4, signal: undefined });
    assert.equal(result.stdout.toString(), 'out\n');
    assert.equal(result.stderr, 'err\n');
  });

  it('feeds it bytes, all at once or piece by piece', async () => {
    const big = Buffer.alloc(3 << 20, 'x');
    const whole = await runToEnd(systemCommands, { program: 'wc', args: ['-c'] }, { input: big });
    assert.equal(whole.stdout.toString().trim(), String(big.length));
    async function* pieces() {
      for (let n = 0; n < 48; n += 1) yield big.subarray(n << 16, (n + 1) << 16);
    }
    const echoed = await runToEnd(
      systemCommands,
      { program: 'cat', args: [] },
      { input: pieces(), maxOutputBytes: 3 << 20 },
    );
    assert.ok(echoed.stdout.equals(big));
  });

  it('gives an empty input to a command that is given none', async () => {
    assert.equal((await runToEnd(systemCommands, { program: 'cat', args: [] })).stdout.length, 0);
    const nothing = await runToEnd(systemCommands, { program: 'cat', args: [] }, { input: Buffer.alloc(0) });
    assert.equal(nothing.stdout.length, 0);
  });

  it('does not mind a command that reads only the beginning of its input', async () => {
    const { stdout } = await runToEnd(
      systemCommands,
      { program: 'head', args: ['-c', '3'] },
      { input: Buffer.alloc(4 << 20, 'a') },
    );
    assert.equal(stdout.toString(), 'aaa');
  });

  it('stops the command when its input breaks', async () => {
    async function* broken() {
      yield Buffer.from('some');
      throw new Error('no more');
    }
    await assert.rejects(
      runToEnd(systemCommands, { program: 'cat', args: [] }, { input: broken() }),
      /no more/,
    );
  });

  it('stops a command that prints more than wanted', async () => {
    await assert.rejects(
      runToEnd(systemCommands, { program: 'yes', args: [] }, { maxOutputBytes: 100_000 }),
      (error) =>
        isFailure(error, 'command.failed') && /"yes" printed more than 100000 bytes/.test(error.message),
    );
  });

  it('keeps the last words of a long complaint', async () => {
    const { stderr } = await runToEnd(systemCommands, sh('yes | head -c 300000 >&2; echo the end >&2'));
    assert.equal(stderr.length, 64 << 10);
    assert.match(stderr, /the end\n$/);
  });

  it('keeps bytes that are not UTF-8', async () => {
    assert.equal((await runToEnd(systemCommands, sh("printf 'a\\377b' >&2"))).stderr, 'a\udcffb');
  });

  it('ends a command that takes too long, and names it', async () => {
    await assert.rejects(
      runToEnd(systemCommands, { program: 'sleep', args: ['60'] }, { timeoutMs: 20 }),
      (error) =>
        isFailure(error, 'command.timeout') && /"sleep" did not end within 20 ms/.test(error.message),
    );
  });

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    const running = runToEnd(
      systemCommands,
      { program: 'sleep', args: ['60'] },
      { signal: controller.signal, timeoutMs: 60_000 },
    );
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(running, (error) => error === reason);
  });

  it('names a program that is missing', async () => {
    const call = { program: 'firn-no-such-program', args: [] };
    await assert.rejects(runToEnd(systemCommands, call, { input: Buffer.from('x') }), (e) =>
      isFailure(e, 'command.missing'),
    );
  });
});
