import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'mocha';
import {
  processIdentity,
  processIdentitySchema,
  processState,
  processWithArgument,
  systemCommands,
  thisProcess,
} from '#host';
import { parse } from '#kernel';

const quiet = { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore' } as const;

describe('the identity of a process', () => {
  it('survives JSON, and says that its process runs', () => {
    const identity = thisProcess();
    assert.equal(identity.pid, process.pid);
    const read = parse(processIdentitySchema, JSON.parse(JSON.stringify(identity)), 'identity');
    assert.deepEqual(JSON.stringify(read), JSON.stringify(identity));
    assert.equal(processState(read), 'running');
  });

  it('is that of another process by its number, and found by an argument that only it has', async () => {
    const mark = `mark-${process.pid}-${Math.random()}`;
    assert.equal(processWithArgument(mark), undefined);
    const command = await systemCommands.start({ program: 'sh', args: ['-c', 'read x; :', mark], ...quiet });
    const identity = processIdentity(command.pid);
    assert.equal(processState(identity), 'running');
    assert.deepEqual(processWithArgument(mark), identity);
    assert.equal(processWithArgument(mark.slice(0, -1)), undefined);
    await command.stop();
    assert.equal(processState(identity), 'gone');
    assert.equal(processWithArgument(mark), undefined);
  });

  it('is gone when the process has ended', async () => {
    const command = await systemCommands.start({ program: 'cat', args: [], ...quiet });
    const identity = { ...thisProcess(), pid: command.pid };
    await command.stop();
    assert.equal(processState(identity), 'gone');
  });

  it('is gone when its number belongs to a later process', async () => {
    const command = await systemCommands.start({ program: 'cat', args: [], ...quiet });
    assert.equal(processState({ ...thisProcess(), pid: command.pid, startedAt: 1 }), 'gone');
    await command.stop();
  });

  it('is gone when its process is a zombie', async () => {
    // The shell becomes a program that never waits for the child it was left with.
    const command = await systemCommands.start({
      program: 'sh',
      args: ['-c', 'true & echo $!; exec sleep 60'],
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'ignore',
    });
    const [pid] = (await once(command.stdout!, 'data')) as [Buffer];
    const zombie = { ...thisProcess(), pid: Number(pid.toString()), startedAt: undefined };
    let state = processState(zombie);
    while (state === 'unknown') {
      await new Promise(setImmediate);
      state = processState(zombie);
    }
    assert.equal(state, 'gone');
    await command.stop();
  });

  const own = thisProcess();
  const cases = [
    { why: 'the machine has been started anew', identity: { ...own, boot: 'another' }, state: 'gone' },
    {
      why: 'it is of another machine',
      identity: { ...own, machine: 'another', boot: 'another' },
      state: 'unknown',
    },
    { why: 'it is of another container', identity: { ...own, pidNamespace: 'pid:[1]' }, state: 'unknown' },
    { why: 'nothing but a number is known', identity: { pid: own.pid }, state: 'unknown' },
    { why: 'the boot is not known', identity: { ...own, boot: undefined }, state: 'unknown' },
    { why: 'the start is not known', identity: { ...own, startedAt: undefined }, state: 'unknown' },
    { why: 'there is no such process', identity: { ...own, pid: 2 ** 22 + 1 }, state: 'gone' },
  ] as const;
  for (const { why, identity, state } of cases) {
    it(`is ${state} when ${why}`, () => assert.equal(processState(identity), state));
  }
});
