import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { runToEnd } from '#host';
import { scriptedCommands } from '#host/testing';
import { isFailure } from '#kernel';

describe('scripted commands', () => {
  it('answer by line before program, and keep a diary', async () => {
    const commands = scriptedCommands({
      lvs: { stdout: 'all' },
      'lvs vg0': { stdout: 'one', stderr: 'hm', code: 5 },
    });
    const all = await runToEnd(commands, { program: 'lvs', args: ['-a'] });
    const one = await runToEnd(commands, { program: 'lvs', args: ['vg0'] });
    assert.equal(all.stdout.toString(), 'all');
    assert.deepEqual([one.stdout.toString(), one.stderr, one.exit.code], ['one', 'hm', 5]);
    assert.deepEqual(commands.diary, ['lvs -a', 'lvs vg0']);
    assert.deepEqual(commands.calls[1]?.args, ['vg0']);
  });

  it('answer one call after the other', async () => {
    const commands = scriptedCommands({ mount: [{ code: 32 }, { code: 0 }] });
    const call = { program: 'mount', args: [] };
    const codes = [];
    for (let n = 0; n < 3; n += 1) codes.push((await runToEnd(commands, call)).exit.code);
    assert.deepEqual(codes, [32, 0, 0]);
  });

  it('can look at what they are given', async () => {
    const commands = scriptedCommands({
      cat: async (call) => ({
        stdout: Buffer.concat([await call.input(), Buffer.from(call.spec.args.join())]),
      }),
    });
    const { stdout } = await runToEnd(
      commands,
      { program: 'cat', args: ['-'] },
      { input: Buffer.from('in') },
    );
    assert.equal(stdout.toString(), 'in-');
  });

  it('are missing when they are not in the table', async () => {
    const commands = scriptedCommands({});
    await assert.rejects(runToEnd(commands, { program: 'zfs', args: [] }), (e) =>
      isFailure(e, 'command.missing'),
    );
    assert.deepEqual(commands.diary, []);
  });

  it('hang until they are stopped or called off, once', async () => {
    const commands = scriptedCommands({ fsfreeze: { hangs: true } });
    const controller = new AbortController();
    const spec = {
      program: 'fsfreeze',
      args: ['-f'],
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    } as const;
    const command = await commands.start(spec, controller.signal);
    controller.abort();
    await command.stop();
    assert.deepEqual(await command.exit, { code: undefined, signal: 'SIGTERM' });
    assert.deepEqual(commands.diary, ['fsfreeze -f', 'stop fsfreeze']);
    await assert.rejects(commands.start(spec, controller.signal));
  });

  it('are stopped by a time limit like real ones', async () => {
    const commands = scriptedCommands({ dump: { stdout: 'begun', hangs: true } });
    const running = runToEnd(commands, { program: 'dump', args: [] }, { timeoutMs: 5 });
    await assert.rejects(running, (e) => isFailure(e, 'command.timeout'));
  });
});
